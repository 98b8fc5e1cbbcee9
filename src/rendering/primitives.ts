/** What needs no object: primitives, and the numbers, bigints and dates that JSON has no word for. */
import { damaged, type Json, textOf, type Tagged } from './json.ts'

/** @throws DataError for functions and symbols, which no database holds */
export function renderPrimitive(value: unknown): Json {
  switch (typeof value) {
    case 'undefined':
      return { $: 'undefined' }
    case 'boolean':
    case 'string':
      return value
    case 'number':
      return renderNumber(value)
    case 'bigint':
      return { $: 'bigint', value: String(value) }
    default:
      if (value === null) return null
      throw damaged(`a ${typeof value} has no rendering`)
  }
}

/** JSON has neither the infinities nor NaN, and readers of it lose -0. */
export function renderNumber(value: number): Json {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value
  return { $: 'number', value: Object.is(value, -0) ? '-0' : String(value) }
}

const numbers: Readonly<Record<string, number | undefined>> = {
  NaN: NaN,
  '-0': -0,
  Infinity: Infinity,
  '-Infinity': -Infinity,
}

/** @throws DataError if it is none */
export function parseNumber(json: Tagged): number {
  const number = numbers[textOf(json, 'value')]
  if (number === undefined) throw damaged(`no number is called "${String(json['value'])}"`)
  return number
}

/** @throws DataError if it is none */
export function parseBigint(json: Tagged): bigint {
  const text = textOf(json, 'value')
  if (!/^-?[0-9]+$/.test(text)) throw damaged(`"${text}" is no bigint`)
  return BigInt(text)
}

/** ISO 8601 in UTC, with milliseconds; null: an invalid Date. */
export function renderTime(time: number): Json {
  return { $: 'Date', value: Number.isNaN(time) ? null : new Date(time).toISOString() }
}

/** A time in ms. Every way to write a time that Date.parse() takes is accepted. @throws DataError if it is none */
export function parseTime(json: Tagged): number {
  if (json['value'] === null) return NaN
  const time = Date.parse(textOf(json, 'value'))
  if (Number.isNaN(time)) throw damaged(`"${textOf(json, 'value')}" is no date`)
  return time
}
