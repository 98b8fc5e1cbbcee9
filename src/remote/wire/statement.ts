/** What is sent to a server, and what comes back. */
import { StorageError } from '../../errors.ts'
import type { Problem } from './problem.ts'

/** A statement. One with a name is prepared under it, and must always have the same text. */
export interface Statement {
  readonly name?: string
  readonly text: string
}

/** What a statement can be executed with: `$1`, `$2`, … */
export type Value = string | number | boolean | Uint8Array | null | readonly Value[]

/** A row as text, whatever the types of its columns; null stays null. */
export type Row = readonly (string | null)[]

/** Hears what becomes of a statement. */
export interface Answer {
  /** `command`: what was done, such as `COMMIT`. `hasWarned`: whether the server has warned meanwhile. */
  done(rows: readonly Row[], command: string, hasWarned: boolean): void
  failed(problem: Problem): void
  /** Is given each row while they come; then `done` has none. */
  row?(row: Row): void
}

/** The text in a column that is never null. @throws StorageError 'corrupt' where it is: the tables were altered */
export function textIn(row: Row, column: number): string {
  const text = row[column]
  if (typeof text === 'string') return text
  throw new StorageError('corrupt', 'The tables are damaged: what every row has is missing in one')
}

/** The number in a column that is never null. @throws StorageError in the same case, as bytesIn() does */
export function numberIn(row: Row, column: number): number {
  return Number(textIn(row, column))
}

/** The bytes of a `bytea`, which comes as `\x` and digits. */
export function bytesIn(row: Row, column: number): Uint8Array<ArrayBuffer> {
  const text = textIn(row, column)
  const bytes = new Uint8Array(byteLength(text))
  writeBytes(Buffer.from(bytes.buffer), 0, text)
  return bytes
}

/** How long the bytes are that a `bytea` has as text. */
export function byteLength(text: string): number {
  return (text.length - 2) / 2
}

/** Writes the bytes of a `bytea` at `start`, where there is room for them. */
export function writeBytes(into: Buffer, start: number, text: string): void {
  into.write(text.slice(2), start, 'hex')
}
