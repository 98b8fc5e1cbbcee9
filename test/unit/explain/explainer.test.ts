/** What the option `explain` adds to errors, and what it reports. */
import { expect, test } from 'vitest'
import { close, createIndexedDB, type IndexedDBOptions, serve } from '../../../src/index.ts'
import { callerIn } from '../../../src/explain/place.ts'
import { memory } from '../../../vfs/memory.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import { make, mistakes } from './mistakes.ts'

const awaiting = mistakes['Awaiting something else in a transaction'] ?? (() => {})

test('a transaction that was used too late tells its places and its end, as words and as facts', async () => {
  const error = await make(awaiting, { explain: true })
  expect(error.name).toBe('TransactionInactiveError')
  expect(error.message).toMatch(/created at .*mistakes\.ts:\d+:\d+\), last asked at .*mistakes\.ts/)
  expect(error.message).toMatch(
    /committed \d+ ms ago by itself, as no request was left when the last/,
  )
  expect(error.cause).toMatchObject({ code: 'ERR_IDB_TRANSACTION_INACTIVE', stores: ['books'] })
  const { created, lastRequest, used } = error.cause as unknown as Record<string, string>
  const lines = [created, lastRequest, used].map(
    (place) => /mistakes\.ts:(\d+):/.exec(place ?? '')?.[1],
  )
  expect(new Set(lines).size).toBe(3)
})

test.each([false, undefined])(
  'explain: %s tells no places where NODE_ENV says neither',
  async (explain) => {
    const { NODE_ENV } = process.env
    process.env['NODE_ENV'] = 'production'
    try {
      const error = await make(awaiting, { explain })
      expect(error.message).not.toContain('mistakes.ts')
      expect({ ...(error.cause as object) }).not.toHaveProperty('created')
    } finally {
      process.env['NODE_ENV'] = NODE_ENV
    }
  },
)

async function spun(options: IndexedDBOptions, ms: number): Promise<Error[]> {
  const warnings: Error[] = []
  const onWarning = (warning: Error): unknown => warnings.push(warning)
  const factory = createIndexedDB({ vfs: memory(), path: 'spun', onWarning, ...options })
  const database = await openDatabase(factory, (it) => it.createObjectStore('s'))
  const transaction = database.transaction('s', 'readwrite')
  const until = performance.now() + ms
  while (performance.now() < until) await resultOf(transaction.objectStore('s').put(1, 1))
  await completion(transaction)
  await close(factory)
  return warnings
}

test('a transaction that is alive for longer than the limit is reported once, with its origin', async () => {
  const [warning, ...others] = await spun({ explain: { slowTransactionMs: 100 } }, 600)
  expect(others).toEqual([])
  expect(warning?.message).toMatch(/^The transaction on "s" of database "test" has been alive for/)
  expect(warning?.cause).toMatchObject({
    code: 'ERR_IDB_SLOW_TRANSACTION',
    database: 'test',
    stores: ['s'],
    created: expect.stringContaining('explainer.test.ts') as string,
  })
})

test.each<IndexedDBOptions>([
  { explain: false },
  { explain: { slowTransactionMs: Infinity } },
  { explain: true },
])('%j reports none of half a second', async (options) => {
  expect(await spun(options, 500)).toEqual([])
})

test('a blocked event has as its cause where the connections in its way were opened', async () => {
  const onWarning = (warning: Error): never => expect.unreachable(warning.message)
  const factory = createIndexedDB({ vfs: memory(), path: 'blocked', explain: true, onWarning })
  const database = await openDatabase(factory, () => {})
  const deletion = factory.deleteDatabase('test')
  const event = await new Promise<IDBVersionChangeEvent>((resolve) => {
    deletion.onblocked = (blocked) => resolve(blocked as IDBVersionChangeEvent)
  })
  database.close()
  await resultOf(deletion)
  expect((event as { cause?: unknown }).cause).toMatchObject({
    code: 'ERR_IDB_BLOCKED',
    opened: [expect.stringContaining('promises.ts')],
  })
  expect(Object.keys(event)).toEqual(Object.keys(new Event('blocked')))
  await close(factory)
})

test('a deletion that waits for a transaction of a closed connection is not reported', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error): unknown => warnings.push(warning)
  const factory = createIndexedDB({ vfs: memory(), path: 'closing', explain: true, onWarning })
  const database = await openDatabase(factory, (it) => it.createObjectStore('s'))
  await resultOf(database.transaction('s').objectStore('s').get(1))
  database.close()
  const deletion = factory.deleteDatabase('test')
  await resultOf(deletion)
  expect(warnings).toEqual([])
  await close(factory)
})

test('createObjectStore() after the upgrade says that it is over, where it was asked for, and what was asked last', async () => {
  const factory = createIndexedDB({ vfs: memory(), path: 'late', explain: true })
  const database = await openDatabase(factory, (it) => it.createObjectStore('s'))
  const calls = [() => database.createObjectStore('t'), () => database.deleteObjectStore('s')]
  for (const call of calls) {
    const error = await Promise.resolve()
      .then(call)
      .catch((it: unknown) => it)
    expect(error).toMatchObject({
      name: 'InvalidStateError',
      message: expect.stringMatching(
        /^The upgrade transaction of database "test" has finished: .*created at .*promises\.ts.*last asked at .*explainer\.test\.ts/,
      ) as string,
      cause: { code: 'ERR_IDB_TRANSACTION_INACTIVE', database: 'test', stores: [] },
    })
  }
  await close(factory)
})

test('of several steps of an upgrade the first is told as the last request, until there is another one', async () => {
  const factory = createIndexedDB({ vfs: memory(), path: 'steps', explain: true })
  const lastRequestOf = async (upgrade: (database: IDBDatabase) => void): Promise<string> => {
    const database = await openDatabase(factory, upgrade)
    const create = (): unknown => database.createObjectStore('late')
    const { cause } = (await Promise.resolve()
      .then(create)
      .catch((it: unknown) => it)) as DOMException
    database.close()
    await resultOf(factory.deleteDatabase('test'))
    return (cause as unknown as { lastRequest: string }).lastRequest
  }
  const stepsOnly = (database: IDBDatabase): void => {
    firstStep(database)
    secondStep(database)
  }
  expect(await lastRequestOf(stepsOnly)).toMatch(/^firstStep /)
  const stepsAround = (database: IDBDatabase): void => {
    firstStep(database).put(1, 1)
    secondStep(database)
  }
  expect(await lastRequestOf(stepsAround)).toMatch(/^secondStep /)
  await close(factory)
})

const firstStep = (it: IDBDatabase): IDBObjectStore => it.createObjectStore('first')
const secondStep = (it: IDBDatabase): IDBObjectStore => it.createObjectStore('second')

test('a function that V8 has named after an option of the call has no name', () => {
  const stack = (name: string): string => `Error: place
    at placeHere (file:///lib/dist/chunk-A.js:1:2)
    at ${name} (file:///app/save.js:7:8)`
  const own = 'file:///lib/dist'
  expect(callerIn(stack('extras.withTransaction.timeLimit'), own)).toBe('/app/save.js:7:8')
  expect(callerIn(stack('request.onsuccess'), own)).toBe('request.onsuccess (/app/save.js:7:8)')
})

test('the caller is found in the stacks of all engines', () => {
  const own = 'file:///lib/dist'
  const v8 = `Error: place
    at placeHere (file:///lib/dist/chunk-A.js:1:2)
    at IDBDatabase.transaction (file:///lib/dist/chunk-A.js:3:4)
    at wrap (file:///app/node_modules/idb/index.js:5:6)
    at async save (file:///app/save.js:7:8)`
  expect(callerIn(v8, own)).toBe('save (/app/save.js:7:8)')
  const others = `placeHere@file:///lib/dist/chunk-A.js:1:2
transaction@file:///lib/dist/chunk-A.js:3:4
@file:///app/save.js:7:8`
  expect(callerIn(others, own)).toBe('/app/save.js:7:8')
})

test('in one bundle with the program the caller is who called a method of IndexedDB', () => {
  const stack = `Error: place
    at placeHere (/app/bundle.cjs:1:2)
    at IDBDatabase.transaction (/app/bundle.cjs:3:4)
    at save (/app/bundle.cjs:7:8)`
  expect(callerIn(stack, '/app/bundle.cjs')).toBe('save (/app/bundle.cjs:7:8)')
})

test('where the program is not on the stack there is no caller', () => {
  const stack = `Error: place
    at placeHere (/lib/dist/chunk-A.js:1:2)
    at process.processImmediate (node:internal/timers:483:21)`
  expect(callerIn(stack, '/lib/dist')).toBe(null)
})

test('a cursor that steps through a thousand records takes few stacks', async () => {
  const factory = createIndexedDB({ vfs: memory(), explain: true })
  const database = await openDatabase(factory, (it) => it.createObjectStore('s'))
  const writing = database.transaction('s', 'readwrite').objectStore('s')
  for (let key = 0; key < 1_000; key++) writing.put(key, key)
  await completion(writing.transaction)
  const transaction = database.transaction('s')
  const stacks = await stacksTakenBy(async () => {
    const request = transaction.objectStore('s').openCursor()
    let count = 0
    await new Promise<void>((resolve) => {
      request.onsuccess = function stepOn() {
        count++
        if (request.result) request.result.continue()
        else resolve()
      }
    })
    expect(count).toBe(1_001)
    await completion(transaction)
  })
  expect(stacks).toBeGreaterThan(0)
  expect(stacks).toBeLessThan(50)
  await close(factory)
})

test.each<[title: string, make: () => IDBFactory]>([
  ['in this thread', () => createIndexedDB({ vfs: memory(), explain: true })],
  ['over a port', overPort],
])(
  'steps that share a place, and what is asked between them, are told by place, %s',
  async (_, make) => {
    const factory = make()
    const database = await openDatabase(factory, (it) => {
      const store = it.createObjectStore('s')
      for (let key = 0; key < 100; key++) store.put(key, key)
    })
    // The records from 10 to 41 are read together.
    expect(await lastRequestOf(database, { last: 10 })).toMatch(/^stepOn /)
    expect(await lastRequestOf(database, { last: 30 })).toMatch(/^stepOn /)
    expect(await lastRequestOf(database, { last: 30, countAt: 20 })).toMatch(/^stepOn /)
    expect(await lastRequestOf(database, { last: 30, countAt: 30 })).toMatch(/^countAll /)
    database.close()
    await close(factory)
  },
)

function overPort(): IDBFactory {
  const { port1, port2 } = new MessageChannel()
  serve(port1, createIndexedDB({ vfs: memory() }))
  return createIndexedDB({ port: port2, explain: true })
}

/** Steps to the key `last`, counts the records at another, and gives where the last request was made, as a step that comes too late is told. */
async function lastRequestOf(
  database: IDBDatabase,
  { last, countAt }: { last: number; countAt?: number },
): Promise<string> {
  const store = database.transaction('s').objectStore('s')
  const request = store.openCursor()
  const cursor = await new Promise<IDBCursor>((resolve) => {
    request.onsuccess = () => {
      const { result } = request
      if (result?.key === countAt) countAll(store)
      if (result && result.key !== last) stepOn(result)
      else if (result) resolve(result)
    }
  })
  await completion(store.transaction)
  const { cause } = thrownBy(() => cursor.continue()) as DOMException
  return (cause as unknown as { lastRequest: string }).lastRequest
}

const stepOn = (cursor: IDBCursor): void => cursor.continue()
const countAll = (store: IDBObjectStore): IDBRequest<number> => store.count()

function thrownBy(action: () => unknown): unknown {
  try {
    return action()
  } catch (error) {
    return error
  }
}

/** The limit of stacks is set, and set back, for each. */
async function stacksTakenBy(action: () => Promise<void>): Promise<number> {
  const limit = Error.stackTraceLimit
  let current = limit
  let changes = 0
  Object.defineProperty(Error, 'stackTraceLimit', {
    configurable: true,
    get: () => current,
    set(value: number) {
      current = value
      changes++
    },
  })
  try {
    await action()
  } finally {
    Object.defineProperty(Error, 'stackTraceLimit', {
      configurable: true,
      writable: true,
      enumerable: true,
      value: limit,
    })
  }
  return changes / 2
}
