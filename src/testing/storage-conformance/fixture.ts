/** What the tests of the suite work with: a directory each, and short ways to write and read. */
import type { IndexSchema, ObjectStoreSchema } from '../../storage/schema.ts'
import type {
  NewRecord,
  Scan,
  Storage,
  StorageDirectory,
  StorageTransaction,
} from '../../storage/storage.ts'
import type { TestTools } from '../vfs-conformance.ts'

type Body<Subject> = (subject: Subject) => void | Promise<void>

/** The tools of a test framework, and the engine under test. */
export class Fixture {
  readonly assert: TestTools['assert']
  readonly #test: TestTools['test']
  readonly #makeDirectory: () => StorageDirectory | Promise<StorageDirectory>

  constructor(
    { test, assert }: TestTools,
    makeDirectory: () => StorageDirectory | Promise<StorageDirectory>,
  ) {
    this.assert = assert
    this.#test = test
    this.#makeDirectory = makeDirectory
  }

  /** A test with an empty directory. Databases that it opens it has to close. */
  inDirectory(title: string, body: Body<StorageDirectory>): void {
    this.#test(title, async () => {
      const directory = await this.#makeDirectory()
      try {
        await body(directory)
      } finally {
        await directory.close()
      }
    })
  }

  /**
   * A test with a database of version 1 that has store 1, with these indexes; it has to be sound at the end. `reopen`
   * closes it and opens it again.
   */
  withStore(
    title: string,
    indexes: readonly IndexSchema[],
    body: (storage: Storage, reopen: () => Promise<Storage>) => void | Promise<void>,
  ): void {
    this.inDirectory(title, async (directory) => {
      let storage = await openWithStore(directory, 'test', indexes)
      await body(storage, async () => {
        await storage.close()
        storage = await directory.open('test')
        return storage
      })
      this.assert.deepEqual(storage.care.check(), [])
      await storage.close()
    })
  }

  /** That a call fails with a StorageError of code `constraint`. */
  refuses(call: () => unknown): void {
    this.assert.throws(call, (error) => codeOf(error) === 'constraint')
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}

/** Opens a new database of version 1 with store 1 and its indexes. */
export async function openWithStore(
  directory: StorageDirectory,
  name: string,
  indexes: readonly IndexSchema[] = [],
): Promise<Storage> {
  const storage = await directory.open(name)
  transact(storage, (transaction) => {
    transaction.changeSchema({ type: 'setVersion', version: 1 })
    transaction.changeSchema({ type: 'createObjectStore', store: storeOf(1) })
    for (const index of indexes) {
      transaction.changeSchema({ type: 'createIndex', storeId: 1, index })
    }
  })
  return storage
}

/** An object store with a key generator. */
export function storeOf(id: number): ObjectStoreSchema {
  return { id, name: `store ${id}`, keyPath: null, autoIncrement: true, indexes: new Map() }
}

/** An index. */
export function indexOf(id: number, { unique = false } = {}): IndexSchema {
  return { id, name: `index ${id}`, keyPath: `path${id}`, unique, multiEntry: true }
}

/** Does `work` in a transaction and commits it. */
export function transact(storage: Storage, work: (transaction: StorageTransaction) => void): void {
  const transaction = storage.begin()
  work(transaction)
  transaction.commit()
}

/** Bytes of a text, one per character. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

/** Index keys as a record has them: id and length, which are small here, then the key. */
export function indexKeysOf(...entries: readonly (readonly [number, string])[]): Uint8Array | null {
  if (entries.length === 0) return null
  return Uint8Array.from(entries.flatMap(([id, key]) => [id, key.length, ...bytesOf(key)]))
}

/** A record of store 1. */
export function recordOf(
  key: string,
  value = `value of ${key}`,
  rest: Partial<NewRecord> = {},
): NewRecord {
  const record = { storeId: 1, key: bytesOf(key), value: bytesOf(value) }
  return { ...record, indexKeys: null, overwrite: true, ...rest }
}

/** All keys. */
export const everything = { lower: Uint8Array.of(0), upper: Uint8Array.of(0xff) }

/** The one key. */
export function only(key: string) {
  return { lower: bytesOf(key), upper: null }
}

/** From the one key up to another, which is left out. */
export function between(lower: string, upper: string) {
  return { lower: bytesOf(lower), upper: bytesOf(upper) }
}

/** A scan of all of store 1, unless told otherwise. */
function scanOf(rest: Partial<Scan> = {}): Scan {
  const all = { storeId: 1, indexId: 0, range: everything, direction: 'next', after: null } as const
  const whole = { inclusive: false, skip: 0, limit: Infinity, limitBytes: Infinity }
  return { ...all, ...whole, withValues: true, ...rest }
}

/** What a scan passes on: `key primaryKey value` of each record. */
export function found(storage: Storage, rest: Partial<Scan> = {}): string[] {
  const lines: string[] = []
  storage.scan(scanOf(rest), (record) => {
    const text = (start: number, end: number): string => textOf(record.bytes.subarray(start, end))
    const key = text(record.keyStart, record.keyEnd)
    const primaryKey = text(record.primaryKeyStart, record.primaryKeyEnd)
    lines.push(`${key} ${primaryKey} ${text(record.valueStart, record.valueEnd)}`)
  })
  return lines
}

/** The text whose bytes they are; in pieces, as a call takes no million arguments. */
function textOf(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let start = 0; start < bytes.length; start += 4096) {
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + 4096)))
  }
  return pieces.join('')
}

/** The same without values. */
export function keysFound(storage: Storage, rest: Partial<Scan> = {}): string[] {
  return found(storage, { ...rest, withValues: false }).map((line) => line.trimEnd())
}
