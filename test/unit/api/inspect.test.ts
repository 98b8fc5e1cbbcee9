import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import * as interfaces from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'

function stores(): Promise<IDBDatabase> {
  return openDatabase(interfaces.createIndexedDB({ vfs: memory() }), (database) => {
    const store = database.createObjectStore('books', { keyPath: 'isbn' })
    store.createIndex('by author', 'author')
    store.put({ isbn: 1, author: 'A' })
  })
}

test('what inspect() shows of each object is what it stands for', async () => {
  const database = await stores()
  const transaction = database.transaction('books')
  const store = transaction.objectStore('books')
  const request = store.openCursor()
  expect(inspect(database)).toBe(
    "IDBDatabase { name: 'test', version: 1, objectStoreNames: [ 'books' ] }",
  )
  expect(inspect(transaction)).toContain("mode: 'readonly'")
  expect(inspect(store)).toContain("name: 'books'")
  expect(inspect(store.index('by author'))).toContain("keyPath: 'author'")
  expect(inspect(request)).toBe("IDBRequest { readyState: 'pending' }")
  expect(inspect(interfaces.IDBKeyRange.only(1))).toContain('lower: 1, upper: 1')
  const cursor = await resultOf(request)
  expect(inspect(cursor)).toContain("value: { isbn: 1, author: 'A' }")
  expect(inspect(request)).toContain("readyState: 'done'")
  expect(inspect({ a: { database } })).toContain("IDBDatabase { name: 'test', version: 1")
  expect(inspect({ a: { b: { database } } })).toContain('[IDBDatabase]')
})

test('a prototype, which stands for nothing, can be inspected', () => {
  for (const [name, value] of Object.entries(interfaces)) {
    if (!name.startsWith('IDB')) continue
    expect(inspect((value as { prototype: object }).prototype)).toContain(name)
  }
})

test('Deno asks by its own symbol', async () => {
  const database = (await stores()) as unknown as Record<symbol, (inspect: unknown) => string>
  const text = database[Symbol.for('Deno.customInspect')]?.((value: unknown) => inspect(value))
  expect(text).toBe("IDBDatabase { name: 'test', version: 1, objectStoreNames: [ 'books' ] }")
})
