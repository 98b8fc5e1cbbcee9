/** What WebIDL demands of interfaces and arguments. https://webidl.spec.whatwg.org/ */

import { bareCopy } from '../../base/own-property.ts'

/** An interface object; the construct signature is each class's own business. */
type Interface = { readonly prototype: object }

/**
 * Gives a class the shape of a WebIDL interface: members enumerable, a string tag on the prototype. The name is given, as
 * a minifier may change the class's own.
 */
export function defineInterface(target: Interface, name: string): void {
  const { prototype } = target
  Object.defineProperty(target, 'name', bareCopy({ value: name, configurable: true }))
  for (const member of Reflect.ownKeys(prototype)) {
    if (member !== 'constructor' && typeof member === 'string') setEnumerable(prototype, member)
  }
  for (const member of Object.getOwnPropertyNames(target)) {
    if (!['length', 'name', 'prototype'].includes(member)) setEnumerable(target, member)
  }
  const descriptor = { value: name, configurable: true, enumerable: false, writable: false }
  Object.defineProperty(prototype, Symbol.toStringTag, bareCopy(descriptor))
}

function setEnumerable(object: object, member: string): void {
  Object.defineProperty(object, member, bareCopy({ enumerable: true }))
}

/** @throws TypeError when fewer than `required` arguments were given. */
export function requireArguments(given: number, required: number, method: string): void {
  if (given >= required) return
  const plural = required === 1 ? '' : 's'
  throw new TypeError(`${method} requires ${required} argument${plural}, got ${given}`)
}

/** https://webidl.spec.whatwg.org/#js-DOMString */
export function toDOMString(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'symbol') throw new TypeError('A symbol cannot be converted to a string')
  return String(value)
}

/** `[EnforceRange] unsigned long`. https://webidl.spec.whatwg.org/#js-unsigned-long */
export function toUnsignedLong(value: unknown, name: string): number {
  return enforceRange(value, 0xffffffff, name)
}

/** `[EnforceRange] unsigned long long`. https://webidl.spec.whatwg.org/#js-unsigned-long-long */
export function toUnsignedLongLong(value: unknown, name: string): number {
  return enforceRange(value, Number.MAX_SAFE_INTEGER, name)
}

/** `unsigned long long` without `[EnforceRange]`: wraps modulo 2^64. */
export function toWrappedUnsignedLongLong(value: unknown): number {
  const number = Math.trunc(Number(value))
  return Number.isFinite(number) ? Number(BigInt.asUintN(64, BigInt(number))) : 0
}

/** https://webidl.spec.whatwg.org/#abstract-opdef-converttoint, with [EnforceRange]. */
function enforceRange(value: unknown, maximum: number, name: string): number {
  const number = typeof value === 'bigint' ? toNumber(value) : Number(value)
  const integer = Math.trunc(number)
  if (!(integer >= 0 && integer <= maximum)) {
    throw new TypeError(`${name} is not an integer from 0 to ${maximum}`)
  }
  return integer + 0 // -0 becomes +0.
}

/** ECMAScript's ToNumber refuses BigInts, `Number()` does not. */
function toNumber(value: bigint): never {
  throw new TypeError(`The BigInt ${value} cannot be converted to a number`)
}

/** https://webidl.spec.whatwg.org/#js-enumeration */
export function toEnum<Value extends string>(
  value: unknown,
  values: readonly Value[],
  name: string,
): Value {
  const text = toDOMString(value)
  for (const it of values) if (it === text) return it
  throw new TypeError(`"${text}" is not a valid ${name}`)
}

const noMembers: Record<string, unknown> = bareCopy({})

/** A dictionary argument: an object, or null and undefined for an empty one. https://webidl.spec.whatwg.org/#js-dictionary */
export function toDictionary(value: unknown, name: string): Record<string, unknown> {
  if (value === undefined || value === null) return noMembers
  if (typeof value !== 'object' && typeof value !== 'function') {
    throw new TypeError(`${name} is not an object`)
  }
  return value as Record<string, unknown> // Any object can be read by name.
}

/** `(DOMString or sequence<DOMString>)`. https://webidl.spec.whatwg.org/#js-union */
export function toStringOrSequence(value: unknown): string | string[] {
  if (typeof value !== 'object' || value === null) return toDOMString(value)
  const iterator: unknown = (value as { [Symbol.iterator]?: unknown })[Symbol.iterator] // As above.
  if (iterator === undefined || iterator === null) return toDOMString(value)
  return Array.from(value as Iterable<unknown>, toDOMString) // It has an iterator method.
}
