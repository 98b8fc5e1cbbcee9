/** What comes over a port is input: these checks give it the types it must have. */
import { append } from '../base/own-property.ts'
import { reasonOf } from '../errors.ts'
import { brandOf } from '../values/platform-objects/brands.ts'
import {
  mapForEach,
  typedArrayBuffer,
  typedArrayName,
} from '../values/platform-objects/intrinsics.ts'

/** A message is not one that this package sends. It ends the connection to its sender. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
}

/** What is wrong with a message, for people. */
export function complaintOf(error: unknown): string {
  if (error instanceof Malformed) return `A message ${error.message}`
  return reasonOf(error) ?? 'Nothing was thrown'
}

/** @throws Malformed unless `isRight`. `wrong` says what is not right, as the end of a sentence about the message. */
export function demand(isRight: boolean, wrong: string): asserts isRight {
  if (!isRight) throw new Malformed(wrong)
}

/** The own properties of an object: nothing is taken from what script has put on a prototype. @throws Malformed */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  demand(typeof value === 'object' && value !== null, 'has something else where an object belongs')
  return Object.assign(Object.create(null), value)
}

/** @throws Malformed */
export function stringOf(value: unknown): string {
  demand(typeof value === 'string', 'has something else where a string belongs')
  return value
}

/** @throws Malformed */
export function booleanOf(value: unknown): boolean {
  demand(typeof value === 'boolean', 'has something else where a boolean belongs')
  return value
}

/** An integer from `least` on. @throws Malformed */
export function integerOf(value: unknown, least: number): number {
  demand(isSafeInteger(value), 'has something else where an integer belongs')
  demand(value >= least, 'has a number that is too small')
  return value
}

/** Bytes that no other thread can change. @throws Malformed */
export function bytesOfMember(value: unknown): Uint8Array {
  demand(isOwnBytes(value), 'has something else where bytes belong')
  return value
}

/** An array, of which `itemOf` gives each item. @throws Malformed */
export function listOf<Item>(value: unknown, itemOf: (value: unknown) => Item): readonly Item[] {
  demand(Array.isArray(value), 'has something else where an array belongs')
  const items: Item[] = []
  // One by one, so that the first hole ends it: a list of nothing else may be as long as lists get.
  for (let at = 0; at < value.length; at++) append(items, itemOf(value[at]))
  return items
}

/** A Map from integers, of which `itemOf` gives each value. @throws Malformed */
export function mapOf<Item>(
  value: unknown,
  itemOf: (value: unknown) => Item,
): ReadonlyMap<number, Item> {
  const map = new Map<number, Item>()
  demand(brandOf(Object(value)) === 'Map', 'has something else where a Map belongs')
  mapForEach(value, (item, key) => map.set(integerOf(key, 1), itemOf(item)))
  return map
}

/** Bytes in memory that is not shared, by their slots: they may be of another realm. */
export function isOwnBytes(value: unknown): value is Uint8Array {
  return typedArrayName(value) === 'Uint8Array' && isOwnMemory(typedArrayBuffer(value))
}

/** Memory that is not shared: what was checked must not change afterwards. */
export function isOwnMemory(value: unknown): value is ArrayBuffer {
  return typeof value === 'object' && value !== null && brandOf(value) === 'ArrayBuffer'
}

function isSafeInteger(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
