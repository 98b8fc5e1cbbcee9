import { countOf, damaged, type Tagged, textOf } from './json.ts'
import { fromBase64 } from './base64.ts'
import type { Parsing } from './parsing.ts'

type View = new (buffer: ArrayBuffer, byteOffset?: number, length?: number) => object

/** @throws DataError or RangeError where the members do not fit each other */
export function parseArrayBuffer(json: Tagged): ArrayBuffer {
  const bytes = fromBase64(textOf(json, 'base64'))
  if (json['maxByteLength'] === undefined) return bytes.buffer
  const options = { maxByteLength: countOf(json, 'maxByteLength') }
  // `as`: TypeScript's es2023 library has no second parameter yet.
  const Resizable = ArrayBuffer as new (size: number, options: object) => ArrayBuffer
  const buffer = new Resizable(bytes.length, options)
  new Uint8Array(buffer).set(bytes)
  return buffer
}

/** A typed array or DataView. */
export function parseView(parsing: Parsing, json: Tagged): object {
  // `as`: some runtimes lack some of the classes.
  const View = (globalThis as unknown as Record<string, View | undefined>)[json.$]
  if (!View) throw damaged(`this runtime has no ${json.$}`)
  if (json['buffer'] === undefined) return new View(fromBase64(textOf(json, 'base64')).buffer)
  const buffer = parsing.parse(json['buffer'])
  if (!(buffer instanceof ArrayBuffer)) throw damaged(`a ${json.$} has no buffer`)
  const length = json['length'] === undefined ? undefined : countOf(json, 'length')
  return new View(buffer, countOf(json, 'byteOffset'), length)
}
