import { sha256 } from '@noble/hashes/sha2.js'

/** The SHA-256 of a text. Not Node's, which would load all of its cryptography for this. */
export function digestOf(text: string): Buffer {
  // A context of node:vm has arrays of its own, of which a Buffer is none.
  const bytes = new Uint8Array(Buffer.from(text))
  return Buffer.from(sha256(bytes))
}
