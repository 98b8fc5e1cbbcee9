import { domException } from '../errors.ts'

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** An object of JSON. */
export interface JsonObject {
  readonly [member: string]: Json | undefined
}

/** What JSON has no word for: the member `$` names its type. */
export interface Tagged extends JsonObject {
  readonly $: string
}

/** The error for JSON that renders no value or key. */
export function damaged(reason: string): DOMException {
  return domException('DataError', `The JSON renders no value: ${reason}`, {
    code: 'ERR_IDB_CORRUPT',
  })
}

/** The member's text. @throws DataError if it is none */
export function textOf(json: JsonObject, member: string): string {
  const text = json[member]
  if (typeof text !== 'string') throw damaged(`"${member}" of ${nameOf(json)} is no string`)
  return text
}

/** The member's list. @throws DataError if it is none */
export function listOf(json: JsonObject, member: string): readonly Json[] {
  const list = json[member]
  if (!Array.isArray(list)) throw damaged(`"${member}" of ${nameOf(json)} is no array`)
  return list as readonly Json[] // JSON has only JSON in it.
}

/** The member's integer, from 0 on. @throws DataError if it is none */
export function countOf(json: JsonObject, member: string): number {
  const count = json[member]
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count
  throw damaged(`"${member}" of ${nameOf(json)} is no whole number`)
}

/** Whether it is an object of JSON. */
export function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function nameOf(json: JsonObject): string {
  return typeof json['$'] === 'string' ? `a ${json['$']}` : 'an object'
}
