import { sha256 } from '@noble/hashes/sha2.js'

/** The SHA-256 of a text. Not Node's, which would load all of its cryptography for this. */
export function digestOf(text: string): Buffer {
  return Buffer.from(sha256(Buffer.from(text)))
}
