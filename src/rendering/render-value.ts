import { type Brand, brandOf } from '../values/platform-objects/brands.ts'
import { viewLayout } from '../values/write/write-buffers.ts'
import {
  bigintValue,
  booleanValue,
  bufferMaxByteLength,
  bufferResizable,
  dateTime,
  mapForEach,
  numberValue,
  setForEach,
  stringValue,
} from '../values/platform-objects/intrinsics.ts'
import { defineOwn } from '../base/own-property.ts'
import { toBase64 } from './base64.ts'
import type { Json } from './json.ts'
import { renderNumber, renderPrimitive, renderTime } from './primitives.ts'
import { renderError, renderPlatformObject } from './render-platform-object.ts'
import { Rendering } from './rendering.ts'

/**
 * A stored value as JSON that parseValue() makes the same value of. Blobs, Files and CryptoKeys come without their bytes,
 * which can be read asynchronously only: for these there is renderWholeValue().
 *
 * The format: docs/export-format.md.
 *
 * @throws DataError for what no database gives: functions, symbols, shared memory
 */
export function renderValue(value: unknown): Json {
  return renderIn(new Rendering(render), value)
}

/**
 * The same with the bytes of Blobs, Files and CryptoKeys. `onLost` is told the type of each object whose content cannot
 * be had: keys that are not extractable (in pages), handles of files.
 */
export async function renderWholeValue(
  value: unknown,
  onLost: (type: string) => void = () => undefined,
): Promise<Json> {
  const rendering = new Rendering(render)
  const json = renderIn(rendering, value)
  rendering.lost.forEach((type) => onLost(type))
  for (const fill of rendering.contents) await fill(onLost)
  return json
}

/** A second time only where an object has turned out to occur more than once, and so needs a number. */
function renderIn(rendering: Rendering, value: unknown): Json {
  const json = rendering.render(value)
  if (rendering.repeated.size === 0) return json
  rendering.startAgain()
  return rendering.render(value)
}

function render(rendering: Rendering, value: unknown): Json {
  if (typeof value !== 'object' || value === null) return renderPrimitive(value)
  const reference = rendering.referenceTo(value)
  return reference ?? renderObject(rendering, value, brandOf(value))
}

function renderObject(rendering: Rendering, value: object, brand: Brand): Json {
  switch (brand) {
    case 'Boolean':
      return rendering.tagged(value, 'Boolean', { value: booleanValue(value) })
    case 'Number':
      return rendering.tagged(value, 'Number', { value: renderNumber(numberValue(value)) })
    case 'BigInt':
      return rendering.tagged(value, 'BigInt', { value: String(bigintValue(value)) })
    case 'String':
      return rendering.tagged(value, 'String', { value: stringValue(value) })
    case 'Date':
      return rendering.tagged(value, 'Date', { value: timeOf(value) })
    case 'RegExp':
      return renderRegExp(rendering, value as RegExp) // its brand says so
    case 'ArrayBuffer':
      return renderBuffer(rendering, value as ArrayBuffer)
    case 'view':
      return renderView(rendering, value)
    case 'Map':
      return renderMap(rendering, value)
    case 'Set':
      return renderSet(rendering, value)
    case 'Error':
      // A DOMException may have an error's slot, too.
      return renderPlatformObject(rendering, value) ?? renderError(rendering, value)
    case 'Array':
      return renderArray(rendering, value as unknown[])
    default:
      return renderPlatformObject(rendering, value) ?? renderPlainObject(rendering, value)
  }
}

function timeOf(date: object): Json {
  const { value } = renderTime(dateTime(date)) as { value: Json } // as it is made
  return value
}

function renderRegExp(rendering: Rendering, value: RegExp): Json {
  return rendering.tagged(value, 'RegExp', { source: value.source, flags: value.flags })
}

function renderBuffer(rendering: Rendering, buffer: ArrayBuffer): Json {
  return rendering.tagged(buffer, 'ArrayBuffer', {
    base64: toBase64(new Uint8Array(buffer)),
    ...(bufferResizable?.(buffer) && { maxByteLength: bufferMaxByteLength?.(buffer) }),
  })
}

/** A view that has a whole buffer to itself says the bytes, every other one names its buffer. */
function renderView(rendering: Rendering, view: object): Json {
  const { kind, buffer, byteOffset, byteLength, length } = viewLayout(view)
  const isWhole = byteOffset === 0 && byteLength === buffer.byteLength && length !== undefined
  if (isWhole && !bufferResizable?.(buffer) && rendering.isOnlyHere(buffer)) {
    return rendering.tagged(view, kind, { base64: toBase64(new Uint8Array(buffer)) })
  }
  return rendering.tagged(view, kind, { buffer: rendering.render(buffer), byteOffset, length })
}

function renderMap(rendering: Rendering, map: object): Json {
  const entries: Json[] = []
  const json = rendering.tagged(map, 'Map', { entries })
  mapForEach(map, (value, key) => {
    const entry: Json[] = []
    entries.push(entry)
    rendering.part(key, (it) => entry.push(it))
    rendering.part(value, (it) => entry.push(it))
  })
  return json
}

function renderSet(rendering: Rendering, set: object): Json {
  const values: Json[] = []
  const json = rendering.tagged(set, 'Set', { values })
  setForEach(set, (value) => rendering.part(value, (it) => values.push(it)))
  return json
}

/** An array with holes or with properties of other names lists what it has. */
function renderArray(rendering: Rendering, array: unknown[]): Json {
  const keys = Object.keys(array)
  if (keys.length !== array.length || keys.some((key, i) => key !== String(i))) {
    const entries: Json[] = []
    const json = rendering.tagged(array, 'Array', { length: array.length, entries })
    // `as`: it has a property of each of these names.
    const properties = array as unknown as Record<string, unknown>
    for (const key of keys) rendering.part(properties[key], (it) => entries.push([key, it]))
    return json
  }
  const values: Json[] = []
  const json = rendering.hasNumber(array) ? rendering.tagged(array, 'Array', { values }) : values
  const put = (it: Json): unknown => values.push(it)
  for (const value of array) rendering.part(value, put)
  return json
}

function renderPlainObject(rendering: Rendering, object: object): Json {
  const value: Record<string, Json> = {}
  const needsTag = rendering.hasNumber(object) || Object.hasOwn(object, '$')
  const json = needsTag ? rendering.tagged(object, 'Object', { value }) : value
  for (const [key, member] of Object.entries(object)) {
    rendering.part(member, (it) => defineOwn(value, key, it))
  }
  return json
}
