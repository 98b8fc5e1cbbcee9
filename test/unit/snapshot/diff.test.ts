import { expect, test } from 'vitest'
import { diff } from '../../../src/snapshot.ts'
import { inMemory, listOf, make } from './databases.ts'

test('diff() finds what only one has, and what differs, in the order of stores and keys', async () => {
  const [a, b] = [inMemory(), inMemory()]
  await make(a, 'd', 1, (database) => {
    const store = database.createObjectStore('s')
    for (const key of [1, 2, 3, 4]) store.put({ key, at: new Date(0) }, key)
    database.createObjectStore('only a').put('x', 'k')
  })
  await make(b, 'e', 2, (database) => {
    const store = database.createObjectStore('s')
    store.createIndex('i', 'key')
    for (const key of [2, 3, 4, 5]) store.put({ key, at: new Date(key === 3 ? 1 : 0) }, key)
  })
  const found = await listOf(diff({ indexedDB: a, name: 'd' }, { indexedDB: b, name: 'e' }))
  const short = found.map((it) =>
    it.type === 'record'
      ? [it.store, it.key, it.inA, it.inB]
      : [it.type, 'store' in it && it.store],
  )
  expect(short).toEqual([
    ['version', false],
    ['store', 'only a'],
    ['store', 's'],
    ['only a', 'k', true, false],
    ['s', 1, true, false],
    ['s', 3, true, true],
    ['s', 5, false, true],
  ])
})

test('diff() of a database with itself ends, and finds nothing', async () => {
  const indexedDB = inMemory()
  await make(indexedDB, 'd', 1, (database) => {
    database.createObjectStore('s', { autoIncrement: true }).put('x')
  })
  expect(await listOf(diff({ indexedDB, name: 'd' }, { indexedDB, name: 'd' }))).toEqual([])
})
