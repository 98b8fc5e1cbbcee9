/** A transaction ends once: with `complete` or with `abort`, in every order of what its realm and its host still have to do. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { MessageChannel } from 'node:worker_threads'
import { valueReader } from '../../../src/core/records/result-readers.ts'
import { StorageError } from '../../../src/errors.ts'
import { close, createIndexedDB, serve } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'

const { subtle } = globalThis.crypto

/** What the realm has to do for a request, which takes time or fails → the request. */
const works: Record<string, (store: IDBObjectStore, key: CryptoKey) => IDBRequest> = {
  'a key that can be read': (store) => store.get('key'),
  'a key that cannot be read': (store) => (refuse('importKey'), store.get('key')),
  'a cursor at a key that cannot be read': (store) => (
    refuse('importKey'),
    store.openCursor('key')
  ),
  'a Blob that can be read': (store) => store.put(new Blob(['blob']), 'blob'),
  'a Blob that cannot be read': (store) => {
    const blob = new Blob(['blob'])
    vi.spyOn(Blob.prototype, 'arrayBuffer').mockRejectedValue(new Error('not today'))
    return store.put(blob, 'blob')
  },
  'a key that cannot be exported': (store, key) => (refuse('exportKey'), store.put(key, 'other')),
  'a value that cannot be deserialized': (store) => {
    vi.spyOn(valueReader, 'record').mockImplementation(() => {
      throw new StorageError('corrupt', 'not today')
    })
    return store.get('key')
  },
}
const isFailing = (work: string): boolean => work.includes('cannot')

/** How the transaction is ended. */
const ends: Record<string, (transaction: IDBTransaction, factory: IDBFactory) => unknown> = {
  'left alone': () => {},
  'commit() at once': (transaction) => transaction.commit(),
  'commit() in a listener': (transaction) => {
    transaction.objectStore('s').count(0).onsuccess = () => transaction.commit()
  },
  'abort() at once': (transaction) => transaction.abort(),
  'abort() in a listener': (transaction) => {
    transaction.objectStore('s').count(0).onsuccess = () => transaction.abort()
  },
  'its connection closed': ({ db }) => db.close(),
  'commit(), then its connection closed': (transaction) => {
    transaction.commit()
    transaction.db.close()
  },
  'its factory closed': (_transaction, factory) => close(factory),
  'commit(), then its factory closed': (transaction, factory) => {
    transaction.commit()
    return close(factory)
  },
}

afterEach(() => void vi.restoreAllMocks())

function refuse(method: 'importKey' | 'exportKey'): void {
  const prototype = Object.getPrototypeOf(subtle) as SubtleCrypto
  vi.spyOn(prototype, method).mockRejectedValue(new Error('not today'))
}

/** A database whose store has a CryptoKey. */
async function filled(factory: IDBFactory, key: CryptoKey): Promise<IDBDatabase> {
  const database = await openDatabase(factory, (made) => void made.createObjectStore('s'))
  await resultOf(database.transaction('s', 'readwrite').objectStore('s').put(key, 'key'))
  return database
}

/** A transaction that others wait for until the function it gives is called. */
function blocker(database: IDBDatabase): () => void {
  const store = database.transaction('s', 'readwrite').objectStore('s')
  let isOver = false
  const goOn = (): void => {
    if (!isOver) store.count(0).onsuccess = goOn
  }
  goOn()
  return () => (isOver = true)
}

/** The events that end it, as they come; `first` resolves with the first. */
function endsOf(transaction: IDBTransaction): { types: string[]; first: Promise<unknown> } {
  const types: string[] = []
  const first = new Promise((resolve) => {
    const note = ({ type, target }: Event): void => {
      if (target === transaction) resolve(types.push(type))
    }
    transaction.oncomplete = note
    transaction.onabort = note
  })
  return { types, first }
}

async function isStored(factory: IDBFactory, key: string): Promise<boolean> {
  const database = await resultOf(factory.open('test'))
  const found = await resultOf(database.transaction('s').objectStore('s').getKey(key))
  database.close()
  return found !== undefined
}

const hostings: Record<string, () => [factory: IDBFactory, owner: IDBFactory]> = {
  'in the thread': () => {
    const factory = createIndexedDB({ vfs: memory() })
    return [factory, factory]
  },
  'behind a port': () => {
    const owner = createIndexedDB({ vfs: memory() })
    const { port1, port2 } = new MessageChannel()
    serve(port1, owner)
    return [createIndexedDB({ port: port2 }), owner]
  },
}

describe.each(Object.entries(hostings))('%s', (_hosting, makeFactories) => {
  const cases = Object.keys(works).flatMap((work) =>
    Object.keys(ends).flatMap((end) => [false, true].map((waits) => ({ work, end, waits }))),
  )
  test.each(cases)('$work, $end, waiting: $waits', async ({ work, end, waits }) => {
    const [factory, owner] = makeFactories()
    const key = await subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt'])
    const database = await filled(factory, key)
    const letGo = waits ? blocker(database) : null
    const transaction = database.transaction('s', 'readwrite')
    const fired = endsOf(transaction)
    const store = transaction.objectStore('s')
    store.put('plain', 'written')
    works[work]?.(store, key)
    const closed = ends[end]?.(transaction, factory)
    letGo?.()
    await Promise.all([closed, fired.first])
    // An event that is one too many would be fired by the end of that.
    const wasStored = await isStored(owner, 'written')
    expect(fired.types).toHaveLength(1)
    expect(wasStored).toBe(fired.types[0] === 'complete')
    if (isFailing(work) || end.startsWith('abort')) expect(fired.types).toEqual(['abort'])
  })
})
