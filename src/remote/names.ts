/** Names and key paths as bytes. */
import { StorageError } from '../errors.ts'
import { type KeyPath, isValidKeyPath } from '../keys/key-path.ts'

/** A name's UTF-16 code units, big-endian: lone surrogates survive. */
export function nameBytes(name: string): Uint8Array {
  const bytes = new Uint8Array(name.length * 2)
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i)
    bytes[2 * i] = unit >>> 8
    bytes[2 * i + 1] = unit
  }
  return bytes
}

/** The name that has those bytes. @throws StorageError 'corrupt' for an odd number of them */
export function nameOf(bytes: Uint8Array): string {
  const name = readableNameOf(bytes)
  if (name === null) throw damaged('a name')
  return name
}

/** The same; null for an odd number of them. */
export function readableNameOf(bytes: Uint8Array): string | null {
  return bytes.length % 2 === 0 ? unitsOf(bytes) : null
}

/** A name for people to see: one that cannot be read ends with U+FFFD. */
export function shownNameOf(bytes: Uint8Array): string {
  return readableNameOf(bytes) ?? `${unitsOf(bytes)}\ufffd`
}

/** Those that are whole. */
function unitsOf(bytes: Uint8Array): string {
  let name = ''
  // Both lie inside, so neither is undefined.
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    name += String.fromCharCode(((bytes[i] as number) << 8) | (bytes[i + 1] as number))
  }
  return name
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** A key path as JSON; null: there is none. */
export function keyPathBytes(keyPath: KeyPath | null): Uint8Array | null {
  return keyPath === null ? null : encoder.encode(JSON.stringify(keyPath))
}

/** The key path that has those bytes. @throws StorageError 'corrupt' where they are none */
export function keyPathOf(bytes: Uint8Array): KeyPath {
  const keyPath = parsed(bytes)
  if (isValidKeyPath(keyPath)) return keyPath
  throw damaged('a key path')
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch {
    throw damaged('a key path')
  }
}

function damaged(what: string): StorageError {
  return new StorageError('corrupt', `The tables are damaged: ${what} cannot be read`)
}
