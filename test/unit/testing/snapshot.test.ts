import { expect, test } from 'vitest'
import { createTestWorld, snapshot } from '../../../src/testing.ts'
import { openDatabase } from '../../kit/promises.ts'
import { openLibrary } from './seed.ts'

test('a snapshot shows every database with its stores, indexes and records', async () => {
  const { indexedDB } = createTestWorld()
  await openLibrary(indexedDB, ['Emma'])
  await openDatabase(indexedDB, () => {}, { name: 'empty', version: 3 })
  const byTitle = { keyPath: 'title', unique: false, multiEntry: false }
  expect(await snapshot(indexedDB)).toEqual({
    empty: { version: 3, stores: {} },
    library: {
      version: 1,
      stores: {
        books: {
          keyPath: null,
          autoIncrement: true,
          indexes: { 'by title': byTitle },
          records: [{ key: 1, value: { title: 'Emma' } }],
        },
      },
    },
  })
})

test('a snapshot leaves no connection behind that would block an upgrade', async () => {
  const { indexedDB } = createTestWorld()
  const database = await openLibrary(indexedDB)
  database.close()
  await snapshot(indexedDB)
  const upgraded = await openDatabase(indexedDB, () => {}, { name: 'library', version: 2 })
  expect(upgraded.version).toBe(2)
})

test('what is no factory is refused by name', async () => {
  const known = { name: 'TypeError', code: 'ERR_IDB_INVALID_OPTION', option: 'indexedDB' }
  await expect(snapshot({} as IDBFactory)).rejects.toMatchObject(known)
})
