/**
 * A storage directory in a few maps: the storage seam's simplest faithful model, whose failures and syncs a test can
 * steer. Transactions work on a copy.
 */
import { StorageError } from '../../src/errors.ts'
import type { EncodedRange } from '../../src/keys/key-range.ts'
import {
  applySchemaChange,
  type DatabaseSchema,
  emptySchema,
  type IndexSchema,
  type SchemaChange,
} from '../../src/storage/schema.ts'
import type {
  DatabaseStorage,
  NewRecord,
  RecordBytes,
  RecordReceiver,
  Scan,
  StorageDirectory,
} from '../../src/storage/storage.ts'

interface State {
  schema: DatabaseSchema
  /** Store id → key as hexadecimal text → the record. */
  stores: Map<number, Map<string, { key: Uint8Array; value: Uint8Array }>>
  numbers: Map<number, number>
}

export class ModelDirectory implements StorageDirectory {
  readonly identity = null
  readonly files = new Map<string, State>()
  readonly opened: ModelStorage[] = []
  /** What happened, in order. */
  readonly log: string[] = []
  /** Called at the start of each step of that name; may throw. */
  readonly before = new Map<string, () => void>()
  /** Whether databases can sync in the background; each then waits in `syncs`. */
  canSyncLater = false
  readonly syncs: { resolve: () => void; reject: (error: StorageError) => void }[] = []

  /** Whether databases can look for their files, and whether it takes a promise, too; each then waits in `verifications`. */
  canVerify = false
  canVerifyLater = false
  readonly verifications: { resolve: () => void; reject: (error: StorageError) => void }[] = []

  /** What each database says of its log. */
  logBytes = 0
  hasLostSync = false

  step(name: string): void {
    this.log.push(name)
    this.before.get(name)?.()
  }

  async list() {
    this.step('list')
    return Array.from(this.files, ([name, { schema }]) => ({ name, version: schema.version }))
  }

  async open(name: string) {
    this.step('open')
    if (this.opened.some((database) => database.name === name)) throw new Error('opened twice')
    const database = new ModelStorage(this, name, this.files.get(name) ?? freshState())
    this.opened.push(database)
    return database
  }

  async delete(name: string) {
    this.step('delete')
    if (this.opened.some((database) => database.name === name)) throw new Error('still open')
    const version = this.files.get(name)?.schema.version ?? 0
    this.files.delete(name)
    return version
  }

  async close() {
    if (this.opened.length > 0) throw new Error('databases are still open')
    this.step('close directory')
  }
}

export class ModelStorage implements DatabaseStorage {
  readonly name: string
  readonly schema: DatabaseSchema
  readonly salvaged = null
  readonly currentNumbers: ReadonlyMap<number, number>
  readonly syncLater?: () => Promise<void>
  readonly verify?: () => void
  readonly verifyLater?: () => Promise<void>
  readonly #directory: ModelDirectory
  #committed: State
  readonly noteHeard = (): void => {}
  /** null: no transaction runs. */
  #working: State | null = null

  constructor(directory: ModelDirectory, name: string, state: State) {
    this.#directory = directory
    this.name = name
    this.schema = state.schema
    this.currentNumbers = state.numbers
    this.#committed = state
    if (directory.canVerify) this.verify = () => directory.step('verify')
    if (directory.canVerifyLater) {
      this.verifyLater = () => {
        directory.step('verifyLater')
        return new Promise((resolve, reject) => directory.verifications.push({ resolve, reject }))
      }
    }
    if (directory.canSyncLater) {
      this.syncLater = () => {
        directory.step('syncLater')
        return new Promise((resolve, reject) => directory.syncs.push({ resolve, reject }))
      }
    }
  }

  begin() {
    this.#directory.step('begin')
    if (this.#working) throw new Error('there is a transaction already')
    this.#working = copyOf(this.#committed)
  }

  commit() {
    this.#directory.step('commit')
    this.#committed = this.#write()
    this.#working = null
    this.#directory.files.set(this.name, this.#committed)
  }

  rollback() {
    this.#directory.step('rollback')
    this.#working = null
  }

  get hasLostSync() {
    return this.#directory.hasLostSync
  }

  sync() {
    this.#directory.step('sync')
  }

  changeSchema(change: SchemaChange) {
    this.#directory.step(change.type)
    const state = this.#write()
    state.schema = applySchemaChange(state.schema, change)
    if (change.type === 'createObjectStore') state.stores.set(change.store.id, new Map())
    if (change.type === 'deleteObjectStore') state.stores.delete(change.storeId)
  }

  setCurrentNumber(storeId: number, currentNumber: number) {
    this.#directory.step('setCurrentNumber')
    this.#write().numbers.set(storeId, currentNumber)
  }

  put({ storeId, key, value, overwrite }: NewRecord) {
    this.#directory.step('put')
    const store = recordsOf(this.#write(), storeId)
    const text = textOf(key)
    if (store.has(text) && !overwrite) {
      throw new StorageError('constraint', 'A record with this key exists')
    }
    store.set(text, { key: key.slice(), value: value.slice() })
  }

  deleteRange(storeId: number, range: EncodedRange) {
    this.#directory.step('deleteRange')
    const store = recordsOf(this.#write(), storeId)
    for (const text of store.keys()) if (isInRange(text, range)) store.delete(text)
  }

  clear(storeId: number) {
    this.#directory.step('clear')
    recordsOf(this.#write(), storeId).clear()
  }

  scan({ storeId, range, limit, withValues }: Scan, receive: RecordReceiver) {
    this.#directory.step('scan')
    const found = [...recordsOf(this.#working ?? this.#committed, storeId)]
      .filter(([text]) => isInRange(text, range))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
    for (const [, { key, value }] of found) receive(recordBytes(key, withValues ? value : none))
  }

  count(storeId: number, _indexId: number, range: EncodedRange) {
    this.#directory.step('count')
    const keys = [...recordsOf(this.#working ?? this.#committed, storeId).keys()]
    return keys.filter((text) => isInRange(text, range)).length
  }

  fillIndex(
    storeId: number,
    index: IndexSchema,
    indexKeysOf: (record: RecordBytes) => Uint8Array | null,
  ) {
    this.#directory.step('fillIndex')
    const seen = new Set<string>()
    for (const { key, value } of recordsOf(this.#write(), storeId).values()) {
      const entries = indexKeysOf(recordBytes(key, value))
      if (entries && index.unique && seen.has(textOf(entries))) {
        throw new StorageError('constraint', `Index "${index.name}" would have a key twice`)
      }
      if (entries) seen.add(textOf(entries))
    }
  }

  logBytes() {
    return this.#directory.logBytes
  }

  housekeep() {
    this.#directory.step('housekeep')
    if (this.#working) throw new Error('housekeeping in a transaction')
    return false
  }

  check() {
    return []
  }

  async close() {
    this.#directory.step('close')
    this.#directory.opened.splice(this.#directory.opened.indexOf(this), 1)
  }

  #write(): State {
    if (!this.#working) throw new Error('no transaction was begun')
    return this.#working
  }
}

const none = new Uint8Array()

function freshState(): State {
  return { schema: emptySchema, stores: new Map(), numbers: new Map() }
}

function copyOf({ schema, stores, numbers }: State): State {
  const copies = Array.from(stores, ([id, records]) => [id, new Map(records)] as const)
  return { schema, stores: new Map(copies), numbers: new Map(numbers) }
}

function recordsOf(state: State, storeId: number) {
  const store = state.stores.get(storeId)
  if (!store) throw new Error(`no store ${storeId}`)
  return store
}

function recordBytes(key: Uint8Array, value: Uint8Array): RecordBytes {
  const bytes = new Uint8Array([...key, ...value])
  return {
    bytes,
    keyStart: 0,
    keyEnd: key.length,
    primaryKeyStart: 0,
    primaryKeyEnd: key.length,
    valueStart: key.length,
    valueEnd: bytes.length,
  }
}

/** Hexadecimal text sorts as the bytes do. */
function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function isInRange(text: string, { lower, upper }: EncodedRange): boolean {
  if (upper === null) return text === textOf(lower)
  return textOf(lower) <= text && text < textOf(upper)
}
