/**
 * A row of the schema's tables, its columns checked to be what they must be: another program may have written the file, and a name or
 * number that no upgrade could have made must not get further than here.
 */
import type { KeyPath } from '../../keys/key-path.ts'
import type { Connection } from '../binding/connection.ts'
import type { Statement } from '../binding/statement.ts'
import { decodeUtf16 } from '../../files/utf16.ts'

/** Ids are bound as integers of 32 bits. */
const largestId = 2 ** 31 - 1

/** The row a statement is at. Every method throws a StorageError ('corrupt') for what it does not expect. */
export class SchemaRow {
  readonly #connection: Connection
  readonly #statement: Statement

  constructor(connection: Connection, statement: Statement) {
    this.#connection = connection
    this.#statement = statement
  }

  isNull(column: number): boolean {
    return this.#statement.isNull(column)
  }

  /** An integer from `least` to `most`. */
  integer(column: number, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
    const number = this.#statement.number(column)
    if (Number.isInteger(number) && number >= least && number <= most) return number
    throw this.#connection.damage(`its schema has the number ${number} in a wrong place`)
  }

  id(column: number): number {
    return this.integer(column, 1, largestId)
  }

  flag(column: number): boolean {
    return this.integer(column, 0, 1) === 1
  }

  name(column: number): string {
    const bytes = this.#statement.copyBlob(column)
    if (bytes.length % 2 === 0) return decodeUtf16(bytes)
    throw this.#connection.damage('its schema has a name that ends within a code unit')
  }

  keyPath(column: number): KeyPath {
    const keyPath = parse(this.#statement.text(column))
    if (isKeyPath(keyPath)) return keyPath
    throw this.#connection.damage('its schema has an invalid key path')
  }
}

/** By its shape: which letters a path may have is another question for each version of Unicode. */
function isKeyPath(value: unknown): value is KeyPath {
  if (typeof value === 'string') return true
  return Array.isArray(value) && value.length > 0 && value.every((it) => typeof it === 'string')
}

/** undefined for what is not JSON, or is nested beyond all measure. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
