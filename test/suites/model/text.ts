/** Keys and values as text: equal when and only when they are the same. */
import type { Key } from '../../kit/reference-keys.ts'
import type { Fields } from './program.ts'

/** A value as it is stored; an in-line key is its `id`. */
export type Stored = Omit<Fields, 'bodyLength'> & { readonly id?: Key; readonly body: string }

/** Anything: a key, a value, null or undefined. */
export function textOf(item: unknown): string {
  if (typeof item === 'number') return Object.is(item, -0) ? '-0' : String(item)
  if (typeof item === 'string')
    return item.length > 20 ? `"${item[0]}"×${item.length}` : JSON.stringify(item)
  if (item === null || item === undefined) return String(item)
  if (item instanceof Date) return `date ${item.getTime()}`
  if (item instanceof ArrayBuffer) return `<${new Uint8Array(item).join()}>`
  if (Array.isArray(item)) return `[${item.map(textOf).join()}]`
  const parts: string[] = []
  for (const [name, member] of Object.entries(item)) parts.push(`${name}:${textOf(member)}`)
  return `{${parts.join()}}`
}

const bodies = new Map<number, string>()

/** The value to store. */
export function valueOf({ bodyLength, ...fields }: Fields, id: Key | null): Stored {
  let body = bodies.get(bodyLength)
  if (body === undefined) bodies.set(bodyLength, (body = 'b'.repeat(bodyLength)))
  return { ...fields, body, ...(id !== null && { id }) }
}
