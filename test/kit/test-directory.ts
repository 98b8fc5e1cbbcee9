/** The real engine and fresh storage directories for tests. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Engine, loadEngine } from '../../src/sqlite/engine.ts'
import { openStorageDirectory } from '../../src/sqlite/directory.ts'
import type { Vfs } from '../../src/files/vfs.ts'
import type {
  NewRecord,
  RecordBytes,
  Scan,
  Storage,
  StorageDirectory,
  StorageTransaction,
} from '../../src/storage/storage.ts'
import type { IndexSchema } from '../../src/storage/schema.ts'
import { memory } from '../../vfs/memory.ts'

let loading: Promise<Engine> | undefined

/** The one engine of this thread. */
export function engine(): Promise<Engine> {
  loading ??= loadEngine(() => {
    const path = createRequire(import.meta.url).resolve('wa-sqlite/dist/wa-sqlite.wasm')
    return WebAssembly.compile(readFileSync(path))
  })
  return loading
}

/** A directory; in memory unless told otherwise. */
export function directoryOn(vfs: Vfs = memory(), path = 'test'): StorageDirectory {
  return openStorageDirectory({ vfs, path, waitMs: 0, getEngine: engine })
}

/** Opens a new database with store 1 and, when given, its indexes; version 1 is committed. */
export async function openWithStore(
  directory: StorageDirectory,
  { name = 'test', indexes = [] as readonly IndexSchema[] } = {},
): Promise<Storage> {
  const database = await directory.open(name)
  const transaction = database.begin()
  transaction.changeSchema({ type: 'setVersion', version: 1 })
  transaction.changeSchema({
    type: 'createObjectStore',
    store: { id: 1, name: 'store', keyPath: null, autoIncrement: false, indexes: new Map() },
  })
  for (const index of indexes) transaction.changeSchema({ type: 'createIndex', storeId: 1, index })
  transaction.commit()
  return database
}

/** An index definition. */
export function indexOf(id: number, { unique = false } = {}): IndexSchema {
  return { id, name: `index ${id}`, keyPath: 'k', unique, multiEntry: false }
}

/** Bytes of a string, one per character. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

const latin1 = new TextDecoder('latin1')

/** The string of those bytes; only ASCII is given back as it was. */
function text(record: RecordBytes, start: number, end: number): string {
  return latin1.decode(record.bytes.subarray(start, end))
}

/** A record of store 1; keys and values as text. */
export function recordOf(
  key: string,
  value = `value of ${key}`,
  rest: Partial<NewRecord> = {},
): NewRecord {
  return {
    storeId: 1,
    key: bytes(key),
    value: bytes(value),
    indexKeys: null,
    overwrite: true,
    ...rest,
  }
}

/** Index keys as the storage seam takes them: `[id, key]` each, short ones only. */
export function indexKeys(...entries: readonly (readonly [number, string])[]): Uint8Array {
  return Uint8Array.from(entries.flatMap(([id, key]) => [id, key.length, ...bytes(key)]))
}

/** All of a store. */
export const everything = { lower: new Uint8Array(0), upper: Uint8Array.of(0xff) }

/** A scan of store 1; everything unless told otherwise. */
export function scanOf(rest: Partial<Scan> = {}): Scan {
  return {
    storeId: 1,
    indexId: 0,
    range: everything,
    direction: 'next',
    after: null,
    inclusive: false,
    skip: 0,
    limit: Infinity,
    limitBytes: Infinity,
    withValues: true,
    ...rest,
  }
}

/** A record found, as text. */
export interface Found {
  readonly key: string
  readonly primaryKey: string
  readonly value: string
}

/** Runs a scan. */
export function found(database: Storage, rest: Partial<Scan> = {}): Found[] {
  const records: Found[] = []
  database.scan(scanOf(rest), (record) => {
    records.push({
      key: text(record, record.keyStart, record.keyEnd),
      primaryKey: text(record, record.primaryKeyStart, record.primaryKeyEnd),
      value: text(record, record.valueStart, record.valueEnd),
    })
  })
  return records
}

/** Runs `work` in a read-write transaction and commits it; what fails is rolled back, as a host does. */
export function transact(database: Storage, work: (transaction: StorageTransaction) => void): void {
  const transaction = database.begin()
  try {
    work(transaction)
    transaction.commit()
  } catch (error) {
    transaction.rollback()
    throw error
  }
}
