/** That the suite refuses engines with a defect: the model, with one each. */
import assert from 'node:assert/strict'
import { expect, test } from 'vitest'
import type { SchemaChange } from '../../../src/storage/schema.ts'
import type { NewRecord, Storage, StorageTransaction } from '../../../src/storage/storage.ts'
import { storageConformance } from '../../../src/testing/storage-conformance/entry.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'

/** The title of a test that fails; the last ones come first, as they take least time. */
async function refusals(makeDirectory: () => ModelDirectory): Promise<string[]> {
  const failed: string[] = []
  const tests: (() => Promise<void>)[] = []
  const collect = (title: string, body: () => Promise<void>): void => {
    tests.push(() => body().catch(() => void failed.push(title)))
  }
  storageConformance({ test: collect, assert }, makeDirectory)
  for (const run of tests.reverse()) {
    await run()
    if (failed.length > 0) break
  }
  return failed
}

/** The model, with methods of its storages or transactions replaced. */
function spoilt({ storage, transaction }: Defect): ModelDirectory {
  const directory = new ModelDirectory()
  const open = directory.open.bind(directory)
  directory.open = async (name) => {
    const opened = await open(name)
    // Defined: a property that the class computes cannot be assigned to.
    if (storage) {
      Object.defineProperties(opened, Object.getOwnPropertyDescriptors(storage(opened)))
    }
    const begin = opened.begin.bind(opened)
    opened.begin = () => {
      const begun = begin()
      return transaction ? Object.assign(begun, transaction(bound(begun), opened)) : begun
    }
    return opened
  }
  return directory
}

/** A transaction's methods as they were before they are replaced. */
function bound(it: StorageTransaction): StorageTransaction {
  return {
    get schema() {
      return it.schema
    },
    changeSchema: it.changeSchema.bind(it),
    currentNumber: it.currentNumber.bind(it),
    setCurrentNumber: it.setCurrentNumber.bind(it),
    put: it.put.bind(it),
    deleteRange: it.deleteRange.bind(it),
    clear: it.clear.bind(it),
    fillIndex: it.fillIndex.bind(it),
    noteIncarnation: it.noteIncarnation.bind(it),
    forgetMarks: it.forgetMarks.bind(it),
    commit: it.commit.bind(it),
    rollback: it.rollback.bind(it),
  }
}

interface Defect {
  readonly storage?: (storage: Storage) => Partial<Storage>
  readonly transaction?: (
    transaction: StorageTransaction,
    storage: Storage,
  ) => Partial<StorageTransaction>
}

const scanning = (change: (scan: Parameters<Storage['scan']>[0]) => object): Defect => ({
  storage: (it) => {
    const scan = it.scan.bind(it)
    return { scan: (asked, receive) => scan({ ...asked, ...change(asked) }, receive) }
  },
})

/** The model's keys, values or whole records, changed as they are put. */
const putting = (change: (record: NewRecord) => NewRecord): Defect => ({
  transaction: (it) => ({ put: (record) => it.put(change(record)) }),
})

const upToNul = (bytes: Uint8Array): Uint8Array => {
  const end = bytes.indexOf(0)
  return end > 0 ? bytes.slice(0, end) : bytes
}

/** Marks whose clients or slots are taken for others. */
const confusing = (
  client: (name: string) => string,
  slot = (number: number) => number,
): Defect => ({
  storage: (it) => {
    const markOf = it.markOf.bind(it)
    return { markOf: (name, number) => markOf(client(name), slot(number)) }
  },
  transaction: (it) => ({
    commit: (mark) =>
      it.commit(mark && { ...mark, client: client(mark.client), slot: slot(mark.slot) }),
    forgetMarks: (name) => it.forgetMarks(client(name)),
  }),
})

/** Does something more after each schema change of that type. */
const changing = (
  type: SchemaChange['type'],
  more: (transaction: StorageTransaction) => void,
): Defect => ({
  transaction: (it) => ({
    changeSchema: (change) => {
      it.changeSchema(change)
      if (change.type === type) more(it)
    },
  }),
})

const refusing = (isRefused: (change: SchemaChange) => boolean): Defect => ({
  transaction: (it) => ({
    changeSchema: (change) => {
      if (isRefused(change)) throw new Error('too high an id')
      it.changeSchema(change)
    },
  }),
})

const reading = (markOf: (storage: Storage, mark: number | null) => number | null): Defect => ({
  storage: (it) => {
    const read = it.markOf.bind(it)
    return { markOf: (client, slot) => markOf(it, read(client, slot)) }
  },
})

/** Drops the mark of a transaction in which that happened. */
const dropping = (event: 'changeSchema' | 'refusal'): Defect => ({
  transaction: (it) => {
    let hasHappened = false
    return {
      changeSchema: (change) => {
        hasHappened ||= event === 'changeSchema'
        it.changeSchema(change)
      },
      put: (record) => {
        try {
          it.put(record)
        } catch (error) {
          hasHappened ||= event === 'refusal'
          throw error
        }
      },
      commit: (mark) => it.commit(hasHappened ? undefined : mark),
    }
  },
})

/** Marks that are forgotten at once, not by the commit. */
function forgettingEarly(): Defect {
  const forgotten = new Set<string>()
  return {
    storage: (it) => {
      const markOf = it.markOf.bind(it)
      return { markOf: (client, slot) => (forgotten.has(client) ? null : markOf(client, slot)) }
    },
    transaction: (it) => ({
      forgetMarks: (client) => {
        it.forgetMarks(client)
        forgotten.add(client)
      },
      commit: (mark) => {
        forgotten.clear()
        it.commit(mark)
      },
      rollback: () => {
        forgotten.clear()
        it.rollback()
      },
    }),
  }
}

const defects: Readonly<Record<string, Defect>> = {
  'put() overwrites, asked or not': {
    transaction: (it) => ({ put: (record) => it.put({ ...record, overwrite: true }) }),
  },
  'put() has no index entries': {
    transaction: (it) => ({ put: (record) => it.put({ ...record, indexKeys: null }) }),
  },
  'put() changes something before it refuses': {
    transaction: (it) => ({
      put: (record) => {
        if (record.indexKeys) it.put({ ...record, indexKeys: null, overwrite: true })
        it.put({ ...record, overwrite: record.overwrite || record.indexKeys !== null })
      },
    }),
  },
  'deleteRange() deletes nothing': { transaction: () => ({ deleteRange: () => {} }) },
  'deleteRange() of one key deletes all from it on': {
    transaction: (it) => ({
      deleteRange: (id, { lower, upper }) =>
        it.deleteRange(id, { lower, upper: upper ?? Uint8Array.of(0xff) }),
    }),
  },
  'clear() clears nothing': { transaction: () => ({ clear: () => {} }) },
  'fillIndex() fills nothing': { transaction: () => ({ fillIndex: () => {} }) },
  'rollback() commits': { transaction: (it) => ({ rollback: () => it.commit() }) },
  'commit() rolls back': { transaction: (it) => ({ commit: () => it.rollback() }) },
  'commit() drops the mark': { transaction: (it) => ({ commit: () => it.commit() }) },
  'commit() forgets the marks of other slots': {
    transaction: (it) => ({
      commit: (mark) => {
        if (mark) it.forgetMarks(mark.client)
        it.commit(mark)
      },
    }),
  },
  'markOf() gives null for number 0': reading((_, mark) => mark || null),
  'lost marks are not admitted': { storage: () => ({ hasLostMarks: false }) },
  'lost marks are always admitted': { storage: () => ({ hasLostMarks: true }) },
  'slots beyond 1 are mixed': confusing(
    (client) => client,
    (slot) => slot & 1,
  ),
  'only the first character of clients counts': confusing((client) => client.charAt(0)),
  'the case of clients is ignored': confusing((client) => client.toLowerCase()),
  'forgetMarks() acts before the commit': forgettingEarly(),
  'no mark can be read while a transaction is open': reading((it, mark) =>
    it.transaction ? null : mark,
  ),
  'markOf() throws while a transaction is open': reading((it, mark) => {
    if (it.transaction && mark !== null) throw new Error('busy')
    return mark
  }),
  'an upgrade drops all marks': changing('setVersion', (it) => {
    for (const client of ['a', 'b']) it.forgetMarks(client)
  }),
  'an upgrade drops its own mark': dropping('changeSchema'),
  'a refused record drops the mark': dropping('refusal'),
  'keys end at NUL': putting((record) => ({ ...record, key: upToNul(record.key) })),
  'keys end at 200 bytes': putting((record) => ({ ...record, key: record.key.slice(0, 200) })),
  'values end at NUL': putting((record) => ({ ...record, value: upToNul(record.value) })),
  'values lose bit 7': putting((record) => ({
    ...record,
    value: record.value.map((byte) => byte & 0x7f),
  })),
  'records of more than 60,000 bytes are refused': putting((record) => {
    if (record.value.length > 60_000) throw new Error('too large')
    return record
  }),
  'clear() resets the key generator': {
    transaction: (it) => ({
      clear: (storeId) => {
        it.clear(storeId)
        it.setCurrentNumber(storeId, 1)
      },
    }),
  },
  'a new name of a store resets its key generator': changing('renameObjectStore', (it) =>
    it.setCurrentNumber(1, 1),
  ),
  'a new version resets key generators': changing('setVersion', (it) => it.setCurrentNumber(1, 1)),
  'ids of stores over 2 are refused': refusing(
    (change) => change.type === 'createObjectStore' && change.store.id > 2,
  ),
  'ids of indexes over 2 are refused': refusing(
    (change) => change.type === 'createIndex' && change.index.id > 2,
  ),
  'clear() spares keys from 0x80 on': {
    transaction: (it) => ({
      clear: (storeId) =>
        it.deleteRange(storeId, { lower: Uint8Array.of(0), upper: Uint8Array.of(0x80) }),
    }),
  },
  'noteIncarnation() notes nothing': { transaction: () => ({ noteIncarnation: () => {} }) },
  'forgetMarks() forgets nothing': { transaction: () => ({ forgetMarks: () => {} }) },
  'setCurrentNumber() sets nothing': { transaction: () => ({ setCurrentNumber: () => {} }) },
  'a transaction that is over goes on in the next': {
    transaction: (it, storage) => ({
      currentNumber: (id) => (storage.transaction ? 1 : it.currentNumber(id)),
    }),
  },
  'a second transaction may begin': {
    storage: (it) => {
      const begin = it.begin.bind(it)
      return { begin: () => it.transaction ?? begin() }
    },
  },
  'reads end before the last record': scanning(({ limit }) => ({ limit: Math.min(limit, 5) })),
  'limitBytes is not heeded': scanning(() => ({ limitBytes: Infinity })),
  'skip is not heeded': scanning(() => ({ skip: 0 })),
  'a position is always passed over': scanning(() => ({ inclusive: false })),
  'values come unasked': scanning(() => ({ withValues: true })),
  'prevunique is prev': scanning(({ direction }) => ({
    direction: direction === 'prevunique' ? 'prev' : direction,
  })),
  'count() counts the whole store': {
    storage: (it) => {
      const count = it.count.bind(it)
      const range = { lower: Uint8Array.of(0), upper: Uint8Array.of(0xff) }
      return { count: (storeId, indexId) => count(storeId, indexId, range) }
    },
  },
}

test('the model without a defect is passed', async () => {
  expect(await refusals(() => spoilt({}))).toEqual([])
})

test.each(Object.keys(defects))('%s: refused', async (name) => {
  const defect = defects[name]
  if (!defect) throw new Error('unreachable: each name has a defect')
  expect(await refusals(() => spoilt(defect))).not.toEqual([])
})

test.each<readonly [title: string, spoil: (directory: ModelDirectory) => void]>([
  ['openExisting() makes what is missing', (it) => (it.openExisting = (name) => it.open(name))],
  ['openExisting() finds nothing', (it) => (it.openExisting = async () => null)],
])('%s: refused', async (_, spoil) => {
  const directory = (): ModelDirectory => {
    const spoilt = new ModelDirectory()
    spoil(spoilt)
    return spoilt
  }
  expect(await refusals(directory)).not.toEqual([])
})

test('a deletion that deletes nothing is refused', async () => {
  const forgetful = (): ModelDirectory => {
    const directory = new ModelDirectory()
    directory.delete = async (name) => directory.files.get(name)?.schema.version ?? 0
    return directory
  }
  expect(await refusals(forgetful)).not.toEqual([])
})
