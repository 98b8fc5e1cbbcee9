/** That the suite refuses engines with a defect: the model, with one each. */
import assert from 'node:assert/strict'
import { expect, test } from 'vitest'
import type { Storage, StorageTransaction } from '../../../src/storage/storage.ts'
import { storageConformance } from '../../../src/testing/storage-conformance/entry.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'

/** The titles of the tests that fail. */
async function refusals(makeDirectory: () => ModelDirectory): Promise<string[]> {
  const failed: string[] = []
  const tests: (() => Promise<void>)[] = []
  const collect = (title: string, body: () => Promise<void>): void => {
    tests.push(() => body().catch(() => void failed.push(title)))
  }
  storageConformance({ test: collect, assert }, makeDirectory)
  for (const run of tests) await run()
  return failed
}

/** The model, with methods of its storages or transactions replaced. */
function spoilt({ storage, transaction }: Defect): ModelDirectory {
  const directory = new ModelDirectory()
  const open = directory.open.bind(directory)
  directory.open = async (name) => {
    const opened = await open(name)
    if (storage) Object.assign(opened, storage(opened))
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

test('a deletion that deletes nothing is refused', async () => {
  const forgetful = (): ModelDirectory => {
    const directory = new ModelDirectory()
    directory.delete = async (name) => directory.files.get(name)?.schema.version ?? 0
    return directory
  }
  expect(await refusals(forgetful)).not.toEqual([])
})
