import { expect, test } from 'vitest'
import { memory } from '../../../vfs/memory.ts'
import { IDBKeyRange, createIndexedDB } from '../../../src/index.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import { uncaught } from '../../kit/uncaught.ts'

function stores(): Promise<IDBDatabase> {
  return openDatabase(createIndexedDB({ vfs: memory() }), (database) => {
    database.createObjectStore('s', { autoIncrement: true })
    database.createObjectStore('blobs')
  })
}

test('a transaction stays active through the promises of a listener, and not one task longer', async () => {
  const database = await stores()
  const transaction = database.transaction('s')
  const store = transaction.objectStore('s')
  let states = ''
  const isActive = (): boolean => {
    try {
      store.count()
      return true
    } catch {
      return false
    }
  }
  await new Promise<void>((resolve) => {
    store.get(1).onsuccess = async () => {
      for (let i = 0; i < 50; i++) await Promise.resolve()
      states += isActive() ? 'active ' : 'inactive '
      setTimeout(() => {
        states += isActive() ? 'active' : 'inactive'
        resolve()
      }, 0)
    }
  })
  expect(states).toBe('active inactive')
})

test('requests without listeners are done when the transaction completes', async () => {
  const transaction = (await stores()).transaction('s', 'readwrite')
  const request = transaction.objectStore('s').put('x')
  expect(request.readyState).toBe('pending')
  await completion(transaction)
  expect([request.readyState, request.result]).toEqual(['done', 1])
})

test('an event travels to the database and back, and listeners may stop it', async () => {
  const database = await stores()
  const transaction = database.transaction('s', 'readwrite')
  const trace: string[] = []
  const note = (place: string) => (event: Event) => trace.push(`${place} ${event.eventPhase}`)
  database.addEventListener('error', note('database captures'), true)
  transaction.addEventListener('error', note('transaction bubbles'))
  transaction.objectStore('s').add('x', 1)
  const request = transaction.objectStore('s').add('y', 1)
  request.addEventListener('error', note('request'))
  request.addEventListener('error', (event) => {
    event.preventDefault()
    event.stopImmediatePropagation()
  })
  request.addEventListener('error', note('never'))
  await completion(transaction)
  expect(trace).toEqual(['database captures 1', 'request 2'])
})

test('an exception in a listener aborts the transaction and reaches the reporting of the realm', async () => {
  const transaction = (await stores()).transaction('s', 'readwrite')
  const thrown = new Error('thrown by a listener')
  const reported = uncaught()
  transaction.objectStore('s').put('x').onsuccess = () => {
    throw thrown
  }
  const error = await completion(transaction).catch((reason: unknown) => reason)
  expect((error as DOMException).name).toBe('AbortError')
  expect(await reported).toBe(thrown)
})

test('an exception in a listener is reported before the abort it causes fires any event', async () => {
  const order: string[] = []
  const reported = uncaught().then(() => order.push('exception'))
  const request = createIndexedDB({ vfs: memory() }).open('upgraded')
  request.onupgradeneeded = () => {
    const { transaction } = request
    transaction?.addEventListener('abort', () => order.push('abort'))
    throw new Error('thrown by a listener')
  }
  await resultOf(request).catch(({ name }: DOMException) => order.push(name))
  await reported
  expect(order).toEqual(['exception', 'abort', 'AbortError'])
})

test('a Blob is read before its request and all after it are executed, in order', async () => {
  const database = await stores()
  const transaction = database.transaction('blobs', 'readwrite')
  const store = transaction.objectStore('blobs')
  const order: unknown[] = []
  const note = (request: IDBRequest): void => {
    request.onsuccess = () => order.push(request.result)
  }
  note(store.put(new Blob(['ab', 'cd'], { type: 'text/plain' }), 'blob'))
  note(store.put('plain', 'text'))
  note(store.count())
  await completion(transaction)
  expect(order).toEqual(['blob', 'text', 2])
  const blob: unknown = await resultOf(
    database.transaction('blobs').objectStore('blobs').get('blob'),
  )
  expect(blob).toBeInstanceOf(Blob)
  expect(await (blob as Blob).text()).toBe('abcd')
})

test('values that wait for an earlier Blob are stored as they were put', async () => {
  const database = await stores()
  const transaction = database.transaction('blobs', 'readwrite')
  const store = transaction.objectStore('blobs')
  store.put(new Blob(['slow']), 'blob')
  for (let key = 0; key < 5; key++) store.put({ bird: `number ${key}`.repeat(key + 1) }, key)
  store.put(new Blob(['slow too']), 'second blob')
  store.put({ bird: 'last' }, 5)
  await completion(transaction)
  const birds: unknown = await resultOf(
    database.transaction('blobs').objectStore('blobs').getAll(IDBKeyRange.upperBound(5)),
  )
  const expected = [0, 1, 2, 3, 4].map((key) => ({ bird: `number ${key}`.repeat(key + 1) }))
  expect(birds).toEqual([...expected, { bird: 'last' }])
})

test('abort() reverts records, key generators and, in an upgrade, the schema', async () => {
  const indexedDB = createIndexedDB({ vfs: memory() })
  const first = await openDatabase(indexedDB, (it) =>
    it.createObjectStore('s', { autoIncrement: true }),
  )
  const aborted = first.transaction('s', 'readwrite')
  aborted.objectStore('s').put('lost')
  aborted.abort()
  await completion(aborted).catch(() => {})
  const key = await resultOf(first.transaction('s', 'readwrite').objectStore('s').put('kept'))
  expect(key).toBe(1)
  first.close()
  const upgrade = openDatabase(
    indexedDB,
    (it, transaction) => {
      it.createObjectStore('t')
      transaction.abort()
    },
    { version: 2 },
  )
  await expect(upgrade).rejects.toMatchObject({ name: 'AbortError' })
  const again = await openDatabase(indexedDB, () => {})
  expect([again.version, [...again.objectStoreNames]]).toEqual([1, ['s']])
})

test('the events of an abort come before those of the transactions that waited for it', async () => {
  const database = await stores()
  const order: string[] = []
  const first = database.transaction('s', 'readwrite')
  first.onabort = () => order.push('abort of the first')
  first.objectStore('s').add('x', 1)
  first.objectStore('s').add('y', 1)
  first.objectStore('s').count().onerror = () => order.push('its aborted request')
  const second = database.transaction('s')
  second.objectStore('s').count().onsuccess = () => order.push('success in the second')
  await completion(second)
  expect(order).toEqual(['its aborted request', 'abort of the first', 'success in the second'])
})

test('transaction() of a connection whose upgrade was aborted throws InvalidStateError', async () => {
  const request = createIndexedDB({ vfs: memory() }).open('aborted', 1)
  let connection: IDBDatabase | undefined
  request.onupgradeneeded = () => {
    connection = request.result
    request.transaction?.abort()
  }
  await expect(resultOf(request)).rejects.toMatchObject({ name: 'AbortError' })
  expect(() => connection?.transaction('any')).toThrow(
    expect.objectContaining({ name: 'InvalidStateError' }),
  )
})

test('dispatchEvent() throws InvalidStateError for an event that is being dispatched', async () => {
  const database = await stores()
  const names: string[] = []
  const redispatch = (event: Event): void => {
    try {
      database.dispatchEvent(event)
    } catch (error) {
      names.push((error as DOMException).name)
    }
  }
  const store = database.transaction('s').objectStore('s')
  await new Promise<void>((resolve) => {
    store.get(1).onsuccess = (event) => {
      redispatch(event)
      resolve()
    }
  })
  const own = new Event('own')
  database.addEventListener('own', redispatch)
  database.dispatchEvent(own)
  new EventTarget().dispatchEvent(own)
  const elsewhere = new EventTarget()
  elsewhere.addEventListener('own', redispatch)
  elsewhere.dispatchEvent(new Event('own'))
  expect(names).toEqual(['InvalidStateError', 'InvalidStateError', 'InvalidStateError'])
})

test('requests that end with a transaction say why it was aborted', async () => {
  const books = (await stores()).transaction('s', 'readwrite').objectStore('s')
  books.add('x', 1)
  const [failed, behind] = [books.add('y', 1), books.get(1)]
  const error: unknown = await resultOf(behind).catch((it: unknown) => it)
  expect(error).toMatchObject({
    name: 'AbortError',
    message: `The transaction was aborted: ${failed.error?.message}`,
    cause: failed.error?.cause,
  })
  expect(failed.error).toMatchObject({ cause: { code: 'ERR_IDB_CONSTRAINT' } })
})

test('requests of a transaction that script aborts have no reason to tell', async () => {
  const transaction = (await stores()).transaction('s')
  const request = transaction.objectStore('s').count()
  transaction.abort()
  await expect(resultOf(request)).rejects.toThrow()
  const { name, message, cause } = request.error as DOMException // It has failed.
  expect([name, message, cause]).toEqual(['AbortError', 'The transaction was aborted', undefined])
})

test('an open request whose upgrade was aborted says why', async () => {
  const indexedDB = createIndexedDB({ vfs: memory() })
  const outcome = (upgrade: (store: IDBObjectStore) => void): Promise<unknown> =>
    openDatabase(indexedDB, (database) => upgrade(database.createObjectStore('s')))
  const twice = outcome((store) => {
    store.add('x', 1)
    store.add('y', 1)
  })
  await expect(twice).rejects.toMatchObject({
    name: 'AbortError',
    message: expect.stringMatching(
      /^The upgrade of database "test" to version 1 was aborted: .*key/,
    ),
    cause: { code: 'ERR_IDB_CONSTRAINT', store: 's' },
  })
  await expect(outcome((store) => store.transaction.abort())).rejects.toThrow(
    /^The upgrade of database "test" to version 1 was aborted$/,
  )
})
