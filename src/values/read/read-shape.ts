import type { ByteReader } from '../../bytes/byte-reader.ts'
import { corrupt } from '../corrupt.ts'
import { append, defineOwn } from '../../base/own-property.ts'
import { readString } from './read-items.ts'

/** The keys of objects with the same header. */
export interface Shape {
  readonly keys: readonly string[]
  /** An object with these keys, all null, to be spread into each new one; null if there are too many for that. */
  readonly template: Readonly<Record<string, unknown>> | null
}

interface CachedShape extends Shape {
  readonly header: Uint8Array
}

const { parse: parseJson, stringify: toJson } = JSON

const slotCount = 64
const cachedSizeLimit = 1024
/** Spreading more keys than this gives slow objects. */
const templateKeyLimit = 64

const shapes: (CachedShape | undefined)[] = Array.from({ length: slotCount })

/** Reads an object's header. */
export function readShape(reader: ByteReader): Shape {
  const size = reader.uint()
  const start = reader.skip(size)
  if (size > cachedSizeLimit) return newShape(reader, start, size)
  const slot = slotOf(reader.bytes, start, size)
  const cached = shapes[slot]
  if (cached !== undefined && isHeaderAt(cached.header, reader.bytes, start, size)) return cached
  const shape = newShape(reader, start, size)
  shapes[slot] = { ...shape, header: reader.copy(start, size) }
  return shape
}

/** Makes a property as a clone has them, whatever its name. */
export function defineValue(object: object, key: string, value: unknown): void {
  defineOwn(object, key, value)
}

function newShape(reader: ByteReader, start: number, size: number): Shape {
  const valuesStart = reader.offset
  const keys: string[] = []
  reader.offset = start
  while (reader.offset < start + size) append(keys, readString(reader))
  if (reader.offset !== valuesStart) throw corrupt('a key exceeds its header')
  return { keys, template: keys.length > templateKeyLimit ? null : templateOf(keys) }
}

/**
 * Has each key, so that storing a value later sets an own property even if it is called `__proto__`. Engine: V8 gives what it parses
 * room for its properties in the object itself; an object to which they are added gets a second one for all but the first four.
 */
function templateOf(keys: readonly string[]): Record<string, unknown> {
  const members = keys.map((key) => `${toJson(key)}:null`)
  return parseJson(`{${members.join()}}`) as Record<string, unknown> // It is an object.
}

function slotOf(bytes: Uint8Array, start: number, size: number): number {
  if (size === 0) return 0
  const middle = bytes[start + (size >> 1)] ?? 0
  const hash = size * 31 + (bytes[start + 1] ?? 0) * 5 + middle * 3 + (bytes[start + size - 1] ?? 0)
  return hash & (slotCount - 1)
}

function isHeaderAt(header: Uint8Array, bytes: Uint8Array, start: number, size: number): boolean {
  if (header.length !== size) return false
  for (let i = 0; i < size; i++) if (header[i] !== bytes[start + i]) return false
  return true
}
