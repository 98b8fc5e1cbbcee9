/** The parts of a rendered value: what each is called, and what is in it. */
import type { Json } from '../../source/source.ts'
import { counted, sinceNow, size } from '../words.ts'

export interface Part {
  readonly kind: 'text' | 'number' | 'word' | 'date' | 'object' | 'binary' | 'ref'
  /** In a line. */
  readonly summary: string
  /** More in small letters; empty: nothing. */
  readonly note: string
  /** What it has, by name; in the order in which it has them. */
  readonly members: readonly (readonly [name: string, value: Json])[]
  /** Of binary data. */
  readonly base64?: string
  /** Of Blobs and Files. */
  readonly mediaType?: string
  /** Other places speak of it by this number. */
  readonly id?: number
}

interface Tagged {
  readonly $: string
  readonly [member: string]: Json | undefined
}

const plain = { note: '', members: [] } as const

export function describeJson(json: Json): Part {
  if (json === null || typeof json === 'boolean') {
    return { ...plain, kind: 'word', summary: String(json) }
  }
  if (typeof json === 'number') return { ...plain, kind: 'number', summary: String(json) }
  if (typeof json === 'string') return { ...plain, kind: 'text', summary: JSON.stringify(json) }
  if (isList(json)) return arrayOf(json)
  if (!('$' in json)) return objectOf('', json)
  const tagged = json as Tagged // `$` is a string in all that rendering makes.
  const { $: type, id } = tagged
  return { ...describeTagged(tagged), ...(typeof id === 'number' && type !== 'ref' && { id }) }
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json)
}

function describeTagged(json: Tagged): Part {
  const { $: type, value, base64 } = json
  switch (type) {
    case 'undefined':
      return { ...plain, kind: 'word', summary: type }
    case 'number':
    case 'bigint':
      return {
        ...plain,
        kind: 'number',
        summary: `${String(value)}${type === 'bigint' ? 'n' : ''}`,
      }
    case 'Date':
      return dateOf(value ?? null)
    case 'ref':
      return { ...plain, kind: 'ref', summary: `↩ the same as #${String(json['id'])}` }
    case 'RegExp':
      return {
        ...plain,
        kind: 'text',
        summary: `/${String(json['source'])}/${String(json['flags'])}`,
      }
    case 'Map':
      return mapOf(json['entries'])
    case 'Set':
      return {
        ...arrayOf(listIn(json['values'])),
        summary: `Set of ${listIn(json['values']).length}`,
      }
    case 'Array':
      return json['values'] ? arrayOf(listIn(json['values'])) : sparseOf(json)
    case 'Object':
      return objectOf('', isRecord(value) ? value : {})
    case 'Boolean':
    case 'Number':
    case 'String':
    case 'BigInt':
      return {
        ...plain,
        kind: 'word',
        summary: `${type} object`,
        members: [['value', value ?? null]],
      }
    default:
      return typeof base64 === 'string' ? binaryOf(json, base64) : objectOf(type, without(json))
  }
}

function dateOf(value: Json): Part {
  if (typeof value !== 'string') return { ...plain, kind: 'date', summary: 'Invalid date' }
  return { ...plain, kind: 'date', summary: value, note: sinceNow(Date.parse(value)) }
}

function arrayOf(list: readonly Json[]): Part {
  const members = list.map((it, i) => [String(i), it] as const)
  return {
    kind: 'object',
    summary: list.length === 0 ? '[]' : `Array of ${list.length}`,
    note: '',
    members,
  }
}

function sparseOf(json: Tagged): Part {
  const entries = listIn(json['entries']).map((it) => listIn(it))
  const members = entries.map(([name, it]) => [String(name), it ?? null] as const)
  const summary = `Array of ${String(json['length'])}`
  return {
    kind: 'object',
    summary,
    note: `${counted(members.length, 'member')}, with holes`,
    members,
  }
}

/** A key of a map that is text stands as it is; any other shows itself as a value. */
function mapOf(entries: Json | undefined): Part {
  const pairs = listIn(entries).map((it) => listIn(it))
  const members = pairs.map(([key = null, value = null], i) =>
    isPrimitive(key)
      ? ([JSON.stringify(key), value] as const)
      : ([`entry ${i}`, { key, value } as Json] as const),
  )
  return { kind: 'object', summary: `Map of ${pairs.length}`, note: '', members }
}

function isPrimitive(json: Json): boolean {
  return typeof json !== 'object' || json === null
}

function objectOf(type: string, members: Readonly<Record<string, Json | undefined>>): Part {
  const own = Object.entries(members).map(([name, it]) => [name, it ?? null] as const)
  const names = own.map(([name]) => name)
  const first = names.length > 5 ? [...names.slice(0, 5), '…'] : names
  const listed = names.length === 0 ? '{}' : `{ ${first.join(', ')} }`
  return { kind: 'object', summary: type === '' ? listed : type, note: '', members: own }
}

function binaryOf(json: Tagged, base64: string): Part {
  const { $: type, name, type: mediaType } = json
  const title = typeof name === 'string' ? `${type} ${name}` : type
  return {
    ...plain,
    kind: 'binary',
    summary: title,
    note: [
      size(byteLength(base64)),
      ...(typeof mediaType === 'string' && mediaType ? [mediaType] : []),
    ].join(' · '),
    base64,
    ...(typeof mediaType === 'string' && { mediaType }),
  }
}

function byteLength(base64: string): number {
  const padding = /=*$/.exec(base64)?.[0].length ?? 0
  return (base64.length / 4) * 3 - padding
}

function without({ $: _type, id: _id, ...members }: Tagged): Record<string, Json | undefined> {
  return members
}

function isRecord(json: Json | undefined): json is Readonly<Record<string, Json>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function listIn(json: Json | undefined): readonly Json[] {
  return Array.isArray(json) ? (json as readonly Json[]) : []
}
