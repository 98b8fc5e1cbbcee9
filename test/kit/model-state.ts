/** What the model storage keeps: a database in maps, copied by a transaction. */
import { Buffer } from 'node:buffer'
import { type DatabaseSchema, emptySchema } from '../../src/storage/schema.ts'

/** A record, with the entries that it has in indexes. */
export interface ModelRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly entries: readonly ModelEntry[]
}

/** An entry of an index; its key as hexadecimal text. */
export interface ModelEntry {
  readonly indexId: number
  readonly key: string
}

/** A database. Records are never changed, only replaced. */
export interface ModelState {
  schema: DatabaseSchema
  /** Store id → key as hexadecimal text → the record. */
  readonly stores: Map<number, Map<string, ModelRecord>>
  /** Store id → its key generator's current number. */
  readonly numbers: Map<number, number>
  /** The same object in all copies: what is in it changes only with a commit. */
  readonly marks: ModelMarks
}

/** What commits have left. */
interface ModelMarks {
  /** Client → slot → the last number; the client that was the last to commit comes last. */
  readonly clients: Map<string, Map<number, number>>
  hasLostSome: boolean
  incarnation: number | null
}

/** A database that nothing was done to. */
export function newState(): ModelState {
  return {
    schema: emptySchema,
    stores: new Map(),
    numbers: new Map(),
    marks: { clients: new Map(), hasLostSome: false, incarnation: null },
  }
}

/** A copy that can be changed while the original stays. */
export function copyOf({ schema, stores, numbers, marks }: ModelState): ModelState {
  const copies = Array.from(stores, ([id, records]) => [id, new Map(records)] as const)
  return {
    schema,
    stores: new Map(copies),
    numbers: new Map(numbers),
    marks,
  }
}

/** The records of a store; none where there is no such store. */
export function recordsOf(state: ModelState, storeId: number): Map<string, ModelRecord> {
  return state.stores.get(storeId) ?? new Map()
}

/** Hexadecimal text sorts as the bytes do. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** The bytes of such a text. */
export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}
