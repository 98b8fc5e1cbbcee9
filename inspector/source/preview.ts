/** A value in a line, and about how large it is: what a row of a table shows without sending the value. */

const longestText = 60
const mostMembers = 8

/** The value in a line of about `room` letters at most. */
export function previewOf(value: unknown, room = 180): string {
  const text = describe(value, 2)
  return text.length > room ? `${text.slice(0, room - 1)}…` : text
}

function describe(value: unknown, depth: number): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'bigint') return `${value}n`
  if (Object.is(value, -0)) return '-0'
  if (typeof value !== 'object' || value === null) return String(value)
  return describeObject(value, depth)
}

function quoted(text: string): string {
  const short = text.length > longestText ? `${text.slice(0, longestText)}…` : text
  return JSON.stringify(short)
}

function describeObject(value: object, depth: number): string {
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'Invalid date' : value.toISOString()
  if (value instanceof RegExp || value instanceof Error) return String(value)
  const bytes = byteLengthOf(value)
  if (bytes !== null) return `${nameOf(value)} ${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  if (Array.isArray(value))
    return listed('[', value.length, value.slice(0, mostMembers), depth, ']')
  if (value instanceof Map) return listed(`Map {`, value.size, firstOf(value), depth, '}')
  if (value instanceof Set) return listed(`Set {`, value.size, firstOf(value), depth, '}')
  if (isPlain(value)) return describeMembers(value, depth)
  return nameOf(value)
}

function firstOf(values: Iterable<unknown>): unknown[] {
  const first: unknown[] = []
  for (const value of values) {
    if (first.length === mostMembers) break
    first.push(value)
  }
  return first
}

function listed(
  open: string,
  count: number,
  first: readonly unknown[],
  depth: number,
  close: string,
): string {
  if (count === 0) return open + close
  if (depth === 0) return `${open}${count}${close}`
  const rest = count > first.length ? `, … ${count - first.length} more` : ''
  return `${open}${first.map((it) => describe(it, depth - 1)).join(', ')}${rest}${close}`
}

function describeMembers(value: object, depth: number): string {
  const names = Object.keys(value)
  if (names.length === 0) return '{}'
  if (depth === 0) return '{…}'
  const members: Readonly<Record<string, unknown>> = { ...value }
  const shown = names
    .slice(0, mostMembers)
    .map((name) => `${name}: ${describe(members[name], depth - 1)}`)
  return `{ ${shown.join(', ')}${names.length > shown.length ? ', …' : ''} }`
}

/** null: it is no piece of binary data. */
function byteLengthOf(value: object): number | null {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength
  return typeof Blob === 'function' && value instanceof Blob ? value.size : null
}

function nameOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

function isPlain(value: object): boolean {
  return nameOf(value) === 'Object'
}

/** About how many bytes the value takes when it is stored. Objects met again count once. */
export function estimateBytes(value: unknown): number {
  const seen = new Set<object>()
  const left: unknown[] = [value]
  let bytes = 0
  while (left.length > 0) {
    const next = left.pop()
    bytes += ownBytes(next)
    if (typeof next !== 'object' || next === null || seen.has(next)) continue
    seen.add(next)
    if (byteLengthOf(next) === null) for (const part of partsOf(next)) left.push(part)
  }
  return bytes
}

function ownBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null) return typeof value === 'number' ? 6 : 2
  return (value instanceof Date ? 10 : 4) + (byteLengthOf(value) ?? 0)
}

function partsOf(value: object): Iterable<unknown> {
  if (value instanceof Error) return [value.name, value.message, value.stack, value.cause]
  if (value instanceof RegExp) return [value.source, value.flags]
  if (value instanceof Map) return [...value].flat()
  if (value instanceof Set) return value
  return Array.isArray(value) ? Object.values(value) : Object.entries(value).flat()
}
