/** Encoded keys for people. */
import { isA } from '../../base/thrown.ts'
import { StorageError } from '../../errors.ts'
import { convertKeyToValue } from '../../keys/convert-key-to-value.ts'
import { formatKey } from '../../rendering/key-text.ts'

/** How much of a key is shown. */
const mostCharacters = 80

/** The key as text; bytes that are no key in hex. */
export function textOf(key: Uint8Array): string {
  const text = isKey(key) ? formatKey(convertKeyToValue(key)) : hex(key)
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text
}

/** Whether bytes are a key. */
export function isKey(key: Uint8Array): boolean {
  try {
    convertKeyToValue(key)
    return true
  } catch (error) {
    if (isA(error, StorageError) && error.code === 'corrupt') return false
    throw error
  }
}

/** Bytes as text. */
function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
