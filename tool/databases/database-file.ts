/** Which file of a directory is a database's, as docs/file-format.md has it: for one that cannot be opened, and so does not say its name. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** Whether the directory has a file for a database of that name. */
export function hasDatabaseFile(directory: string, name: string): boolean {
  return existsSync(join(directory, databaseFileName(name)))
}

/** The SHA-256 of the name's UTF-16 in Base32, five bits a letter. */
export function databaseFileName(name: string): string {
  const hash = createHash('sha256').update(Buffer.from(name, 'utf16le').swap16()).digest()
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const letters = bits.match(/.{1,5}/g) ?? []
  const digits = letters.map((it) => alphabet[parseInt(it.padEnd(5, '0'), 2)])
  return `${digits.join('')}.sqlite`
}
