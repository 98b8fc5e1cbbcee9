/** The model storage's read-write transaction: changes to a copy of the state. */
import { StorageError } from '../../src/errors.ts'
import { forEachIndexKey } from '../../src/keys/index-keys.ts'
import type { EncodedRange } from '../../src/keys/key-range.ts'
import {
  applySchemaChange,
  type IndexSchema,
  type SchemaChange,
  storeOf,
} from '../../src/storage/schema.ts'
import {
  type CommitMark,
  mostMarkedClients,
  type NewRecord,
  type RecordBytes,
  type StorageTransaction,
} from '../../src/storage/storage.ts'
import { isInRange, receiveRows } from './model-scan.ts'
import {
  bytesOf,
  copyOf,
  type ModelEntry,
  type ModelRecord,
  type ModelState,
  recordsOf,
  textOf,
} from './model-state.ts'

/** The storage, as its transaction sees it. */
export interface TransactionOwner {
  /** Notes what is done; may throw. */
  step(name: string): void
  /** `state`: what was committed; null: nothing. */
  ended(state: ModelState | null): void
}

export class ModelTransaction implements StorageTransaction {
  /** What reads see while it is open. */
  readonly state: ModelState
  readonly #owner: TransactionOwner
  readonly #forgotten: string[] = []
  #incarnation: number | null = null
  #isOver = false

  constructor(committed: ModelState, owner: TransactionOwner) {
    this.state = copyOf(committed)
    this.#owner = owner
  }

  get schema() {
    return this.state.schema
  }

  changeSchema(change: SchemaChange) {
    this.#step(change.type)
    const { state } = this
    state.schema = applySchemaChange(state.schema, change)
    if (change.type === 'createObjectStore') state.stores.set(change.store.id, new Map())
    if (change.type === 'deleteObjectStore') state.stores.delete(change.storeId)
    if (change.type === 'deleteObjectStore') state.numbers.delete(change.storeId)
    if (change.type === 'deleteIndex') this.#deleteEntries(change.storeId, change.indexId)
  }

  currentNumber(storeId: number) {
    this.#refuseOver()
    return this.state.numbers.get(storeId) ?? 1
  }

  setCurrentNumber(storeId: number, currentNumber: number) {
    this.#step('setCurrentNumber')
    this.state.numbers.set(storeId, currentNumber)
  }

  put({ storeId, key, value, indexKeys, overwrite }: NewRecord) {
    this.#step('put')
    storeOf(this.state.schema, storeId)
    const store = recordsOf(this.state, storeId)
    const text = textOf(key)
    if (store.has(text) && !overwrite) {
      throw new StorageError('constraint', 'A record with this key exists')
    }
    const entries = entriesOf(indexKeys)
    for (const entry of entries) this.#checkUnique(storeId, text, entry)
    store.set(text, { key: key.slice(), value: value.slice(), entries })
  }

  deleteRange(storeId: number, range: EncodedRange) {
    this.#step('deleteRange')
    const store = recordsOf(this.state, storeId)
    for (const text of store.keys()) if (isInRange(text, range)) store.delete(text)
  }

  clear(storeId: number) {
    this.#step('clear')
    recordsOf(this.state, storeId).clear()
  }

  fillIndex(
    storeId: number,
    index: IndexSchema,
    indexKeysOf: (record: RecordBytes) => Uint8Array | null,
  ) {
    this.#step('fillIndex')
    const added: (Uint8Array | null)[] = []
    receiveRows(this.state, everyRecord(storeId), (record) => added.push(indexKeysOf(record)))
    const store = recordsOf(this.state, storeId)
    try {
      for (const [i, text] of [...store.keys()].sort().entries()) {
        this.#addEntries(store, text, { storeId, entries: entriesOf(added[i] ?? null) })
      }
    } catch (error) {
      this.#deleteEntries(storeId, index.id)
      throw error
    }
  }

  noteIncarnation(incarnation: number) {
    this.#step('noteIncarnation')
    this.#incarnation = incarnation
  }

  forgetMarks(client: string) {
    this.#step('forgetMarks')
    this.#forgotten.push(client)
  }

  commit(mark?: CommitMark) {
    this.#step('commit')
    if (this.#incarnation !== null) this.state.marks.incarnation = this.#incarnation
    for (const client of this.#forgotten) this.state.marks.clients.delete(client)
    if (mark) this.#write(mark)
    this.#isOver = true
    this.#owner.ended(this.state)
  }

  rollback() {
    this.#refuseOver()
    this.#isOver = true
    this.#owner.ended(null)
    this.#owner.step('rollback')
  }

  #write({ client, slot, number }: CommitMark) {
    const { marks } = this.state
    const { clients } = marks
    const slots = clients.get(client) ?? new Map<number, number>()
    clients.delete(client)
    clients.set(client, slots.set(slot, number))
    const [oldest] = clients.keys()
    if (clients.size <= mostMarkedClients || oldest === undefined) return
    clients.delete(oldest)
    marks.hasLostSome = true
  }

  #addEntries(
    store: Map<string, ModelRecord>,
    text: string,
    { storeId, entries }: { storeId: number; entries: readonly ModelEntry[] },
  ) {
    const record = store.get(text)
    if (!record) throw new Error('unreachable: a record of the store is missing')
    for (const entry of entries) this.#checkUnique(storeId, text, entry)
    store.set(text, { ...record, entries: [...record.entries, ...entries] })
  }

  #checkUnique(storeId: number, primaryKey: string, { indexId, key }: ModelEntry) {
    const index = storeOf(this.state.schema, storeId).indexes.get(indexId)
    if (!index?.unique) return
    for (const [other, { entries }] of recordsOf(this.state, storeId)) {
      if (other === primaryKey) continue
      if (entries.some((entry) => entry.indexId === indexId && entry.key === key)) {
        throw new StorageError('constraint', `Index "${index.name}" would have a key twice`)
      }
    }
  }

  #deleteEntries(storeId: number, indexId: number) {
    const store = recordsOf(this.state, storeId)
    for (const [text, record] of store) {
      const entries = record.entries.filter((entry) => entry.indexId !== indexId)
      store.set(text, { ...record, entries })
    }
  }

  #step(name: string) {
    this.#refuseOver()
    this.#owner.step(name)
  }

  #refuseOver() {
    if (this.#isOver) throw new Error('the transaction is over')
  }
}

/** The entries that a block of index keys lists, each once. */
function entriesOf(block: Uint8Array | null): ModelEntry[] {
  const entries = new Map<string, ModelEntry>()
  if (!block) return []
  forEachIndexKey(block, (indexId, start, end) => {
    const key = textOf(block.subarray(start, end))
    entries.set(`${indexId} ${key}`, { indexId, key })
  })
  return [...entries.values()]
}

function everyRecord(storeId: number) {
  return {
    storeId,
    indexId: 0,
    range: { lower: bytesOf(''), upper: bytesOf('ff') },
    direction: 'next',
    after: null,
    inclusive: false,
    skip: 0,
    limit: Infinity,
    limitBytes: Infinity,
    withValues: true,
  } as const
}
