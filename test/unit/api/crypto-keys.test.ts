import { describe, expect, test, vi } from 'vitest'
import { MessageChannel } from 'node:worker_threads'
import { memory } from '../../../vfs/memory.ts'
import { createIndexedDB, serve } from '../../../src/index.ts'
import { completion, openDatabase, resultOf, walk } from '../../kit/promises.ts'

const { subtle } = globalThis.crypto

function inThread(): IDBFactory {
  return createIndexedDB({ vfs: memory() })
}

function overPort(): IDBFactory {
  const { port1, port2 } = new MessageChannel()
  serve(port1, inThread())
  return createIndexedDB({ port: port2 })
}

describe.each([
  { title: 'hosted in the thread', makeFactory: inThread },
  { title: 'hosted over a port', makeFactory: overPort },
])('$title', ({ makeFactory }) => {
  const openStore = (): Promise<IDBDatabase> =>
    openDatabase(makeFactory(), (database) => {
      const store = database.createObjectStore('s', { autoIncrement: true })
      store.createIndex('by name', 'name')
      database.createObjectStore('generated', { keyPath: 'id', autoIncrement: true })
    })

  /** A database whose store has keys under 1 and 3, and something else under 2. */
  const filled = async (): Promise<{ database: IDBDatabase; keys: CryptoKey[] }> => {
    const database = await openStore()
    const keys = [await aesKey(), await aesKey()]
    const transaction = database.transaction('s', 'readwrite')
    const store = transaction.objectStore('s')
    store.put({ name: 'a', key: keys[0] }, 1)
    store.put({ name: 'b' }, 2)
    store.put({ name: 'c', key: keys[1] }, 3)
    await completion(transaction)
    return { database, keys }
  }

  test('get() gives a key that encrypts as the stored one, the same object each time', async () => {
    const { database, keys } = await filled()
    const request = database.transaction('s').objectStore('s').get(1)
    const { key } = (await resultOf(request)) as { key: CryptoKey }
    expect(request.result.key).toBe(key)
    expect(key).not.toBe(keys[0])
    expect(await bytesOf(key)).toEqual(await bytesOf(keys[0]))
  })

  test('requests after one that reads a key are answered after it, and none is lost', async () => {
    const { database } = await filled()
    const transaction = database.transaction('s', 'readwrite')
    const store = transaction.objectStore('s')
    const order: string[] = []
    const note = (name: string, request: IDBRequest) => (request.onsuccess = () => order.push(name))
    note('get 2', store.get(2))
    note('get 1', store.get(1))
    note('count', store.count())
    note('put', store.put('more', 4))
    note('get 3', store.get(3))
    note('delete', store.delete(1))
    await completion(transaction)
    expect(order).toEqual(['get 2', 'get 1', 'count', 'put', 'get 3', 'delete'])
  })

  test('a transaction does not complete before the keys it reads are there', async () => {
    const { database } = await filled()
    const transaction = database.transaction('s')
    const order: string[] = []
    transaction.objectStore('s').get(1).onsuccess = () => order.push('success')
    transaction.commit()
    await completion(transaction)
    expect(order).toEqual(['success'])
  })

  test('a listener of a request that reads a key may go on in the transaction', async () => {
    const { database } = await filled()
    const store = database.transaction('s', 'readwrite').objectStore('s')
    await resultOf(store.get(1))
    await resultOf(store.put('more', 9))
    expect(await resultOf(store.get(9))).toBe('more')
  })

  test('getAll(), getAllRecords() and an index give the keys where they belong', async () => {
    const { database, keys } = await filled()
    const store = (): IDBObjectStore => database.transaction('s').objectStore('s')
    const [first, last] = [await bytesOf(keys[0]), await bytesOf(keys[1])]
    const all = (await resultOf(store().getAll())) as { key?: CryptoKey }[]
    expect(await Promise.all(all.map(({ key }) => bytesOf(key)))).toEqual([first, null, last])
    // `as`: the types lack the method.
    const index = store().index('by name') as IDBIndex & { getAllRecords(): IDBRequest }
    const records = (await resultOf(index.getAllRecords())) as Stored[]
    expect(records.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
    expect(await bytesOf(records[2]?.value.key)).toEqual(last)
    const found = (await resultOf(store().index('by name').get('c'))) as Stored['value']
    expect(await bytesOf(found.key)).toEqual(last)
  })

  test('a cursor gives each record its key, those read ahead too', async () => {
    const { database, keys } = await filled()
    const request = database.transaction('s').objectStore('s').openCursor()
    const found = await walk(request, ({ key, value }) => [key, value.key] as const)
    expect(await Promise.all(found.map(async ([key, it]) => [key, await bytesOf(it)]))).toEqual([
      [1, await bytesOf(keys[0])],
      [2, null],
      [3, await bytesOf(keys[1])],
    ])
  })

  test('a cursor updates a record with the key it has read', async () => {
    const { database, keys } = await filled()
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').openCursor(1).onsuccess = ({ target }) => {
      const { result } = target as IDBRequest<IDBCursorWithValue>
      result.update({ ...result.value, name: 'z' })
    }
    await completion(transaction)
    const found = await resultOf(database.transaction('s').objectStore('s').get(1))
    expect([found.name, await bytesOf(found.key)]).toEqual(['z', await bytesOf(keys[0])])
  })

  test('a generated key is put into a value that has a CryptoKey before it', async () => {
    const database = await openStore()
    const key = await aesKey()
    const transaction = database.transaction('generated', 'readwrite')
    const request = transaction.objectStore('generated').put({ key })
    await completion(transaction)
    expect(request.result).toBe(1)
    const found = await resultOf(database.transaction('generated').objectStore('generated').get(1))
    expect(found.id).toBe(1)
    expect(found.key).toBeInstanceOf(CryptoKey)
  })

  test('an abort while a key is read fails that request and those after it', async () => {
    const { database } = await filled()
    const transaction = database.transaction('s', 'readwrite')
    const store = transaction.objectStore('s')
    const requests: IDBRequest[] = [store.count(), store.get(1), store.delete(2)]
    const outcomes = requests.map((request) =>
      resultOf(request).catch((error: DOMException) => error.name),
    )
    await outcomes[0]
    transaction.abort()
    expect(await Promise.all(outcomes)).toEqual([3, 'AbortError', 'AbortError'])
    expect(await resultOf(database.transaction('s').objectStore('s').count())).toBe(3)
  })

  test('a key that cannot be made again fails its request, and the transaction unless its error event is cancelled', async () => {
    const { database } = await filled()
    const importKey = vi.spyOn(Object.getPrototypeOf(subtle) as SubtleCrypto, 'importKey')
    try {
      importKey.mockRejectedValue(new Error('not today'))
      const transaction = database.transaction('s', 'readwrite')
      const reading = resultOf(transaction.objectStore('s').get(1))
      transaction.objectStore('s').delete(2)
      await expect(reading).rejects.toThrow(/CryptoKey cannot be made .*AES-GCM.*not today/)
      await expect(completion(transaction)).rejects.toThrow(/not today/)
    } finally {
      importKey.mockRestore()
    }
    expect(await resultOf(database.transaction('s').objectStore('s').count())).toBe(3)
  })

  test('a key that cannot be exported fails its request with DataCloneError', async () => {
    const { database, keys } = await filled()
    const exportKey = vi.spyOn(Object.getPrototypeOf(subtle) as SubtleCrypto, 'exportKey')
    try {
      exportKey.mockRejectedValue(new Error('not today'))
      const transaction = database.transaction('s', 'readwrite')
      const writing = resultOf(transaction.objectStore('s').put(keys[0], 9))
      await expect(writing).rejects.toMatchObject({ name: 'DataCloneError' })
      await expect(completion(transaction)).rejects.toThrow(/not today/)
    } finally {
      exportKey.mockRestore()
    }
  })

  test('an index is made over records with keys', async () => {
    const factory = makeFactory()
    const first = await openDatabase(factory, (it) => void it.createObjectStore('s'))
    const key = await aesKey()
    const writing = first.transaction('s', 'readwrite')
    writing.objectStore('s').put({ key, name: 'b' }, 1)
    writing.objectStore('s').put({ name: 'a' }, 2)
    await completion(writing)
    first.close()
    const database = await openDatabase(
      factory,
      (_, upgrade) => void upgrade.objectStore('s').createIndex('by name', 'name'),
      { version: 2 },
    )
    const index = database.transaction('s').objectStore('s').index('by name')
    expect(await resultOf(index.getAllKeys())).toEqual([2, 1])
  })
})

interface Stored {
  readonly key: unknown
  readonly value: { readonly key?: CryptoKey }
}

function aesKey(): Promise<CryptoKey> {
  return subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt'])
}

async function bytesOf(key: CryptoKey | undefined): Promise<string | null> {
  return key ? Buffer.from(await subtle.exportKey('raw', key)).toString('hex') : null
}
