/** The name of a database's file, legal on every file system whatever the database is called. */
import { sha256 } from '@noble/hashes/sha2.js'
import { encodedName } from './file-name-pattern.ts'
import { encodeUtf16 } from './utf16.ts'

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** The file names of one engine, which ends them in a suffix of its own. */
export class FileNames {
  readonly #suffix: string
  readonly #pattern: RegExp
  /** The last answer: one database is often asked for several times in a row. */
  #last: { readonly databaseName: string; readonly fileName: string } | null = null

  /** `suffix`: a dot and lower-case letters, such as `.sqlite`. */
  constructor(suffix: string) {
    this.#suffix = suffix
    this.#pattern = new RegExp(`^${encodedName}\\${suffix}$`)
  }

  /** Base32 (RFC 4648, lower case, not padded) of the SHA-256 of the name's UTF-16 (big-endian) bytes, and the suffix. */
  of(databaseName: string): string {
    if (this.#last?.databaseName !== databaseName) {
      const fileName = base32(sha256(encodeUtf16(databaseName))) + this.#suffix
      this.#last = { databaseName, fileName }
    }
    return this.#last.fileName
  }

  /** Whether a file is one of those. */
  includes(fileName: string): boolean {
    return this.#pattern.test(fileName)
  }
}

function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let bitCount = 0
  for (const byte of bytes) {
    bits = (bits << 8) | byte
    bitCount += 8
    for (; bitCount >= 5; bitCount -= 5) text += alphabet[(bits >> (bitCount - 5)) & 31]
    bits &= (1 << bitCount) - 1
  }
  return bitCount === 0 ? text : text + alphabet[(bits << (5 - bitCount)) & 31]
}
