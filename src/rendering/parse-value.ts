import { defineOwn } from '../base/own-property.ts'
import { importCryptoKey } from '../values/platform-objects/crypto-keys.ts'
import { viewKinds } from '../values/format.ts'
import { reasonOf } from '../errors.ts'
import {
  damaged,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  type Tagged,
  textOf,
} from './json.ts'
import { keyParts, parsePlatformObject } from './parse-platform-object.ts'
import { parseArrayBuffer, parseView } from './parse-buffers.ts'
import { Parsing } from './parsing.ts'
import { parseBigint, parseNumber, parseTime } from './primitives.ts'

/**
 * The value that renderValue() or renderWholeValue() has rendered.
 *
 * @throws DataError for JSON that renders none, or holds a CryptoKey: those are made asynchronously only
 */
export function parseValue(json: Json): unknown {
  const parsing = new Parsing(parse)
  const value = parsing.parse(json)
  if (parsing.missing.length === 0) return value
  throw damaged('a CryptoKey is made by parseWholeValue() only')
}

/** The same, CryptoKeys included. */
export async function parseWholeValue(json: Json): Promise<unknown> {
  const parsing = new Parsing(parse)
  const value = parsing.parse(json)
  if (parsing.missing.length === 0) return value
  const keys = new Map<Json, object>()
  for (const key of parsing.missing) keys.set(key, await importCryptoKey(keyParts(parsing, key)))
  return new Parsing(parse, keys).parse(json)
}

function parse(parsing: Parsing, json: Json): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (!isObject(json)) return fillArray(parsing, [], json)
  return isTagged(json) ? parseTagged(parsing, json) : fillObject(parsing, {}, json)
}

function isTagged(json: JsonObject): json is Tagged {
  if (!Object.hasOwn(json, '$')) return false
  if (typeof json['$'] !== 'string') throw damaged('"$" names no type')
  return true
}

function fillArray(parsing: Parsing, array: unknown[], values: readonly Json[]): unknown[] {
  const put = (it: unknown): unknown => array.push(it)
  for (const it of values) parsing.part(it, put)
  return array
}

function fillObject(parsing: Parsing, object: object, members: JsonObject): object {
  for (const [name, member] of Object.entries(members)) {
    parsing.part(member, (it) => defineOwn(object, name, it))
  }
  return object
}

type Parse = (parsing: Parsing, json: Tagged) => unknown

/** By the type that `$` names. Those that hold others remember themselves before they fill themselves. */
const parsers: Readonly<Record<string, Parse | undefined>> = {
  ref: (parsing, json) => parsing.referred(json),
  undefined: () => undefined,
  lost: () => undefined,
  number: (_, json) => parseNumber(json),
  bigint: (_, json) => parseBigint(json),
  Boolean: (_, json) => Object(json['value'] === true),
  Number: (parsing, json) => Object(Number(parsing.parse(json['value']))),
  BigInt: (_, json) => Object(parseBigint(json)),
  String: (_, json) => Object(textOf(json, 'value')),
  Date: (_, json) => new Date(parseTime(json)),
  RegExp: (_, json) => new RegExp(textOf(json, 'source'), textOf(json, 'flags')),
  ArrayBuffer: (_, json) => parseArrayBuffer(json),
  Array: parseArray,
  Object: parseObject,
  Map: parseMap,
  Set: parseSet,
  ...Object.fromEntries(viewKinds.map((kind) => [kind, parseView])),
}

function parseTagged(parsing: Parsing, json: Tagged): unknown {
  try {
    const parser = Object.hasOwn(parsers, json.$) ? parsers[json.$] : undefined
    const value = parser ? parser(parsing, json) : parsePlatformObject(parsing, json)
    parsing.remember(json, value)
    return value
  } catch (error) {
    if (error instanceof DOMException) throw error
    throw damaged(`a ${json.$} cannot be made (${reasonOf(error)})`)
  }
}

function parseArray(parsing: Parsing, json: Tagged): unknown {
  const array: unknown[] = []
  parsing.remember(json, array)
  if (json['values']) return fillArray(parsing, array, listOf(json, 'values'))
  array.length = Number(json['length'])
  for (const [name, value] of pairsOf(json)) {
    if (typeof name !== 'string') throw damaged('an array has a property without a name')
    parsing.part(value, (it) => defineOwn(array, name, it))
  }
  return array
}

function parseObject(parsing: Parsing, json: Tagged): unknown {
  const object = {}
  parsing.remember(json, object)
  const members = json['value']
  if (!isObject(members)) throw damaged('"value" of an Object is no object')
  return fillObject(parsing, object, members)
}

function parseMap(parsing: Parsing, json: Tagged): unknown {
  const map = new Map<unknown, unknown>()
  parsing.remember(json, map)
  for (const [key, value] of pairsOf(json)) {
    let parsed: unknown
    parsing.part(key, (it) => (parsed = it))
    parsing.part(value, (it) => map.set(parsed, it))
  }
  return map
}

function parseSet(parsing: Parsing, json: Tagged): unknown {
  const set = new Set<unknown>()
  parsing.remember(json, set)
  for (const it of listOf(json, 'values')) parsing.part(it, (member) => set.add(member))
  return set
}

function pairsOf(json: Tagged): [Json, Json][] {
  return listOf(json, 'entries').map((pair) => {
    if (Array.isArray(pair) && pair.length === 2) return pair as [Json, Json]
    throw damaged(`an entry of a ${json.$} is no pair`)
  })
}
