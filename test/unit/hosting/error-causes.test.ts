/** Each failure of this package's own, provoked: its code and facts, wherever the host runs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  close,
  createIndexedDB,
  type IDBErrorCode,
  type IDBErrorFacts,
  type IndexedDBOptions,
  serve,
} from '../../../src/index.ts'
import { errorCodes, exceptionOf, failureOf } from '../../../src/errors.ts'
import { ThreadEngine } from '../../../src/hosting/engine/thread-engine.ts'
import { faulty, type FaultPlan } from '../../../src/testing/fault-vfs.ts'
import { unsupportedType } from '../../../src/values/corrupt.ts'
import { memory } from '../../../vfs/memory.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import { documentedFacts } from '../../kit/documented-errors.ts'
import { buildWorker } from './build-worker.ts'

const folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-causes-'))
const worker = buildWorker(folder)
const lockHolder = join(folder, 'lock-holder.mjs')
const ends: (() => unknown)[] = []
/** Code → the facts that came with it. */
const met = new Map<IDBErrorCode, Set<string>>()
let path = ''

beforeAll(async () => {
  await worker.built
  const entryPoints = [join(import.meta.dirname, '../vfs/lock-holder.ts')]
  await build({
    entryPoints,
    outfile: lockHolder,
    bundle: true,
    platform: 'node',
    format: 'esm',
  })
})
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => (path = mkdtempSync(join(folder, 'databases-'))))
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function factoryAt(options: IndexedDBOptions): IDBFactory {
  const factory = createIndexedDB({ onWarning: () => {}, ...options })
  ends.push(() => close(factory).catch(() => {}))
  return factory
}

function portPair(): [MessagePort, MessagePort] {
  const { port1, port2 } = new MessageChannel()
  ends.push(() => port1.close())
  return [port1, port2] as unknown as [MessagePort, MessagePort] // Node's do what the web's do
}

function behindPort(options: IndexedDBOptions): IDBFactory {
  const [ownPort, port] = portPair()
  serve(ownPort, factoryAt(options))
  return createIndexedDB({ port })
}

/** The exception that the promise rejects with, which has a cause of that code with these facts. */
async function failing(
  promise: Promise<unknown>,
  name: string,
  facts: Partial<IDBErrorFacts> & { readonly code: IDBErrorCode },
): Promise<void> {
  const error = await promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (reason: unknown) => reason as DOMException,
  )
  expect(error).toBeInstanceOf(DOMException)
  expect([error.name, error.message]).toEqual([name, expect.stringMatching(/./)])
  expect(error.cause).toBeInstanceOf(Error)
  expect({ ...(error.cause as Error) }).toEqual(facts)
  expect(Object.keys(error)).not.toContain('cause')
  note(facts)
}

function note({ code, ...facts }: IDBErrorFacts): void {
  const known = met.get(code) ?? new Set()
  met.set(code, known)
  for (const name of Object.keys(facts)) known.add(name)
}

/** Makes the database `test` with a record, and gives its file. */
async function madeFile(): Promise<string> {
  const factory = createIndexedDB({ path })
  const database = await openDatabase(factory, (it) => it.createObjectStore('s').put('x', 'key'))
  database.close()
  await close(factory)
  return join(path, readdirSync(path).find((name) => /^[^.].*\.sqlite$/.test(name)) ?? 'none')
}

function spoil(file: string, offset: number, bytes: readonly number[]): void {
  const content = readFileSync(file)
  content.set(bytes, offset)
  writeFileSync(file, content)
}

async function lockedByProcess(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [lockHolder, path, '0'], { stdio: 'pipe' })
  ends.push(() => {
    child.kill('SIGKILL')
    return once(child, 'exit')
  })
  await once(child.stdout, 'data')
  return child
}

function openStore(factory: IDBFactory): Promise<IDBDatabase> {
  return openDatabase(factory, (it) => it.createObjectStore('s'))
}

describe.each<[string, (options: IndexedDBOptions) => IDBFactory]>([
  ['in this thread', (options) => factoryAt({ path, ...options })],
  ['in a worker', (options) => factoryAt({ path, worker: worker.url, ...options })],
  ['behind a port', (options) => behindPort({ path, ...options })],
])('%s', (_, make) => {
  test('a directory that another process owns', async () => {
    const pid = Number((await lockedByProcess()).pid)
    const owner = { pid, thread: 0, host: expect.any(String), since: expect.stringMatching(/^20/) }
    const factory = make({})
    const facts = { code: 'ERR_IDB_LOCKED', path, owner } as const
    await failing(factory.databases(), 'UnknownError', facts)
    await failing(openStore(factory), 'UnknownError', { ...facts, database: 'test' })
  })

  test('a file of another program', async () => {
    spoil(await madeFile(), 68, [1, 2, 3, 4])
    const facts = { code: 'ERR_IDB_FOREIGN_FILE', path, database: 'test' } as const
    await failing(openStore(make({})), 'UnknownError', facts)
  })

  test('a file of a newer format', async () => {
    spoil(await madeFile(), 60, [0, 0, 3, 0])
    const formats = { format: 768, supportedFormat: expect.any(Number) as number }
    const facts = { code: 'ERR_IDB_NEWER_FORMAT', path, database: 'test', ...formats } as const
    await failing(openStore(make({})), 'UnknownError', facts)
  })

  test('a truncated file', async () => {
    const file = await madeFile()
    truncateSync(file, statSync(file).size - 4096)
    const facts = { code: 'ERR_IDB_CORRUPT', path, database: 'test' } as const
    await failing(openStore(make({})), 'UnknownError', facts)
  })

  test('a quota that is used up: the request and its transaction', async () => {
    const database = await openStore(make({ quotaBytes: 300_000 }))
    const transaction = database.transaction('s', 'readwrite')
    const put = resultOf(transaction.objectStore('s').put('x'.repeat(1_000_000), 'key'))
    const facts = { code: 'ERR_IDB_QUOTA', path, database: 'test', limit: 300_000 } as const
    await Promise.all([
      failing(completion(transaction), 'QuotaExceededError', facts),
      failing(put, 'QuotaExceededError', facts),
    ])
  })

  test('a directory that is moved away', async () => {
    const database = await openStore(make({}))
    const elsewhere = `${path}-elsewhere`
    renameSync(path, elsewhere)
    const transaction = database.transaction('s', 'readwrite', { durability: 'strict' })
    transaction.objectStore('s').put('x', 'key')
    const facts = { code: 'ERR_IDB_FILES_LOST', path, database: 'test' } as const
    await failing(completion(transaction), 'UnknownError', facts)
    renameSync(elsewhere, path)
  })

  test('a name that is too long', async () => {
    const size = 1024 * 1024 + 1
    const name = 'x'.repeat(size)
    const facts = {
      code: 'ERR_IDB_TOO_LARGE',
      path,
      database: name,
      size,
      limit: size - 1,
    } as const
    await failing(resultOf(make({}).open(name)), 'UnknownError', facts)
  })

  test('an open request that is blocked when its factory is closed', async () => {
    const factory = make({})
    await openStore(factory)
    const blocked = factory.open('test', 2)
    await new Promise((resolve) => (blocked.onblocked = resolve))
    const failed = failing(resultOf(blocked), 'AbortError', {
      code: 'ERR_IDB_CLOSED',
      path,
      database: 'test',
    })
    await Promise.all([close(factory), failed])
  })

  test('a key that is taken is the cause of what request and transaction fail with', async () => {
    const database = await openStore(make({}))
    const store = database.transaction('s', 'readwrite').objectStore('s')
    store.add(1, 'key')
    const again = store.add(2, 'key')
    const errors = await Promise.allSettled([resultOf(again), completion(store.transaction)])
    for (const outcome of errors) {
      const { reason } = outcome as PromiseRejectedResult // Both fail.
      expect(reason.name).toBe('ConstraintError')
      expect(reason.cause).toMatchObject({ code: 'ERR_IDB_CONSTRAINT', store: 's', key: '"key"' })
    }
  })
})

describe.each<[string, () => IndexedDBOptions]>([
  ['in this thread', () => ({ path })],
  ['in a worker', () => ({ path, worker: worker.url })],
])('%s', (_, options) => {
  test('the warning of a failed open() that has no listener', async () => {
    spoil(await madeFile(), 68, [1, 2, 3, 4])
    const warning = await new Promise<Error>((resolve) => {
      factoryAt({ ...options(), onWarning: resolve }).open('test')
    })
    const facts = { code: 'ERR_IDB_FOREIGN_FILE', path, database: 'test' }
    expect([warning.name, { ...(warning.cause as Error) }]).toEqual(['UnknownError', facts])
  })

  test('what a salvage has done', async () => {
    const file = await madeFile()
    truncateSync(file, statSync(file).size - 4096)
    const warning = new Promise<Error>((resolve) => {
      const salvaging = { ...options(), ifCorrupt: 'salvage', onWarning: resolve } as const
      factoryAt(salvaging).open('test').onerror = () => {}
    })
    const facts = { code: 'ERR_IDB_SALVAGED', path, database: 'test' } as const
    await failing(
      warning.then((it) => Promise.reject(it)),
      'UnknownError',
      facts,
    )
  })
})

describe.each<[string, (options: IndexedDBOptions) => IDBFactory]>([
  ['in this thread', factoryAt],
  ['behind a port', behindPort],
])('%s, on a disk that fails', (_, make) => {
  const failingDisk = (plan: FaultPlan) => {
    const vfs = faulty(memory(), {})
    return { factory: make({ vfs, path: 'disk' }), fail: () => vfs.inject(plan) }
  }

  test('a full disk', async () => {
    const { factory, fail } = failingDisk({ freeBytes: 0 })
    const database = await openStore(factory)
    fail()
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').put('x'.repeat(1_000_000), 'key')
    const place = { path: 'disk', database: 'test', systemCode: 'ENOSPC' } as const
    const facts = {
      code: 'ERR_IDB_FULL',
      ...place,
      sqliteCode: expect.any(Number) as number,
    } as const
    await failing(completion(transaction), 'QuotaExceededError', facts)
  })

  test('a list that cannot be read', async () => {
    const { factory, fail } = failingDisk({ faults: [{ on: 'list', nth: 1, times: Infinity }] })
    fail()
    const facts = { code: 'ERR_IDB_IO', path: 'disk', systemCode: 'EIO' } as const
    await failing(factory.databases(), 'UnknownError', facts)
  })

  test('a directory that cannot be given up', async () => {
    const vfs = faulty(memory(), { faults: [{ on: 'unlock', nth: 1 }] })
    const factory = factoryAt({ vfs, path: 'disk' })
    await openStore(factory)
    const facts = { code: 'ERR_IDB_IO', path: 'disk', systemCode: 'EIO' } as const
    await failing(close(factory), 'UnknownError', facts)
  })

  test('what nobody foresaw', async () => {
    const vfs = memory()
    const directory = (at: string) => ({
      ...vfs.directory(at),
      lock: async () => {},
      list: async () => null as unknown as string[], // Against the contract.
    })
    const factory = make({ vfs: { ...vfs, directory }, path: 'disk' })
    const facts = { code: 'ERR_IDB_INTERNAL', path: 'disk' } as const
    await failing(factory.databases(), 'UnknownError', facts)
  })
})

describe('an engine', () => {
  test.each([
    [new RangeError('no memory'), 'ERR_IDB_OUT_OF_MEMORY'],
    [new Error('no such file'), 'ERR_IDB_ENGINE'],
  ] as const)('%s in loading it', async (reason, code) => {
    const engine = new ThreadEngine({ loadWasm: () => Promise.reject(reason) })
    const failed = engine.acquire().catch((error: unknown) => {
      throw exceptionOf(failureOf(error))
    })
    await failing(failed, 'UnknownError', { code })
  })

  test('that is none, in a worker', async () => {
    const factory = factoryAt({ path, worker: worker.url, wasm: Promise.resolve({}) })
    await failing(factory.databases(), 'UnknownError', { code: 'ERR_IDB_ENGINE', path })
  })
})

test('a worker that ends, and one that cannot be started', async () => {
  const script = new Worker(worker.url)
  const database = await openStore(factoryAt({ path, worker: script }))
  const transaction = database.transaction('s', 'readwrite')
  const ended = completion(transaction)
  void script.terminate()
  await failing(ended, 'UnknownError', { code: 'ERR_IDB_OWNER_LOST', path })
  const elsewhere = join(path, 'elsewhere')
  const missing = factoryAt({ path: elsewhere, worker: new URL('missing.mjs', worker.url) })
  const facts = { code: 'ERR_IDB_WORKER', path: elsewhere } as const
  await failing(missing.databases(), 'UnknownError', facts)
})

test('a port in the place of a worker', async () => {
  const facts = { code: 'ERR_IDB_INVALID_OPTION', option: 'worker', path } as const
  const factory = factoryAt({ path, worker: portPair()[0] })
  await failing(factory.databases(), 'UnknownError', facts)
})

test('a worker whose errors are not those of this package', async () => {
  const answer = `const facts = { code: 'ERR_IDB_IO', path: {} }
    const failure = { name: 'UnknownError', message: 'x', detail: null, facts }
    const { parentPort } = require('node:worker_threads')
    parentPort.on('message', ({ id }) => parentPort.postMessage({ 'idb-everywhere': 'failed', id, failure }))`
  const script = new Worker(answer, { eval: true })
  ends.push(() => script.terminate())
  const factory = factoryAt({ path, worker: script })
  await failing(factory.databases(), 'UnknownError', { code: 'ERR_IDB_PROTOCOL', path })
})

describe('a worker that has answered, and then', () => {
  test.each([
    [
      'sends a warning that is none',
      `{ 'idb-everywhere': 'warning', warning: 5 }`,
      'ERR_IDB_PROTOCOL',
    ],
    [
      'fails',
      `{ 'idb-everywhere': 'failed', failure: { name: 'UnknownError', message: 'x', detail: null, facts: { code: 'ERR_IDB_IO' } } }`,
      'ERR_IDB_IO',
    ],
    [
      'sends an answer that is none',
      `{ 'idb-everywhere': 'answer', message: 5 }`,
      'ERR_IDB_PROTOCOL',
    ],
  ] as const)('%s fails what is under way for that reason', async (_, answer, code) => {
    const source = `const { parentPort } = require('node:worker_threads')
      parentPort.on('message', (call) => {
        const { id } = call
        const type = call['idb-everywhere']
        if (type === 'start') parentPort.postMessage({ 'idb-everywhere': 'ready', id })
        if (type === 'call') parentPort.postMessage({ ...${answer}, id })
      })`
    const script = new Worker(source, { eval: true })
    ends.push(() => script.terminate())
    const factory = factoryAt({ path, worker: script })
    const underWay = [resultOf(factory.open('n')), factory.databases()]
    await Promise.all(underWay.map((it) => failing(it, 'UnknownError', { code, path })))
  })

  test('ends fails later requests too, where it was not started here', async () => {
    const script = new Worker(worker.url)
    const factory = factoryAt({ path, worker: script })
    await factory.databases()
    await script.terminate()
    await failing(factory.databases(), 'UnknownError', { code: 'ERR_IDB_OWNER_LOST', path })
  })
})

test('a port whose other end closes, or sends something else', async () => {
  const closing = portPair()
  const factory = createIndexedDB({ port: closing[1] })
  const listed = factory.databases()
  closing[0].close()
  await failing(listed, 'UnknownError', { code: 'ERR_IDB_OWNER_LOST' })
  const [noOwner, port] = portPair()
  const asked = createIndexedDB({ port }).databases()
  noOwner.postMessage('hello')
  await failing(asked, 'UnknownError', { code: 'ERR_IDB_PROTOCOL' })
})

test('options that contradict those of a factory in use', async () => {
  const vfs = memory()
  const early = factoryAt({ vfs, path: 'disk', quotaBytes: 1_000_000 })
  await openStore(factoryAt({ vfs, path: 'disk' }))
  const facts = { code: 'ERR_IDB_OPTIONS_CONFLICT', path: 'disk' } as const
  await failing(early.databases(), 'UnknownError', facts)
  await expect(early.databases()).rejects.toThrow('quotaBytes: no limit there, 1000000 here')
  const late = (): unknown => createIndexedDB({ vfs, path: 'disk', durability: 'strict' })
  expect(late).toThrow(expect.objectContaining({ name: 'TypeError', ...facts }) as Error)
  expect(late).toThrow(
    /in use in this thread, by 1 connection or request, .*durability: "relaxed" there, "strict" here/,
  )
})

test('a value of a type that this runtime lacks', async () => {
  const error = exceptionOf(failureOf(unsupportedType('DOMPoint'), { database: 'test' }))
  const facts = { code: 'ERR_IDB_UNAVAILABLE_TYPE', database: 'test' } as const
  await failing(Promise.reject(error), 'UnknownError', facts)
})

describe.each([
  ['in the thread', (): IDBFactory => factoryAt({ vfs: memory(), path: 'd' })],
  ['over a port', (): IDBFactory => behindPort({ vfs: memory(), path: 'd' })],
])('what the specification names says more %s', (_, factoryOf) => {
  const database = 'test'
  const opened = (factory: IDBFactory): Promise<IDBDatabase> =>
    openDatabase(factory, (it) => {
      const store = it.createObjectStore('s', { keyPath: 'id' })
      store.createIndex('i', 'n', { unique: true })
      store.put({ id: [1, 'a'], n: new Date(0) })
    })
  const failingCall = (call: () => unknown): Promise<unknown> => Promise.resolve().then(call)

  test('of keys that are taken', async () => {
    const store = (await opened(factoryOf())).transaction('s', 'readwrite').objectStore('s')
    const own = { code: 'ERR_IDB_CONSTRAINT', database, path: 'd', store: 's' } as const
    const [key, primaryKey] = ['[1, "a"]', '[1, "a"]']
    const twice = resultOf(store.add({ id: [1, 'a'] }))
    await failing(twice, 'ConstraintError', { ...own, key, primaryKey })
    const other = (await opened(factoryOf())).transaction('s', 'readwrite').objectStore('s')
    const clash = { ...own, index: 'i', key: '1970-01-01T00:00:00.000Z', primaryKey }
    await failing(resultOf(other.add({ id: 2, n: new Date(0) })), 'ConstraintError', clash)
  })

  test('of values, names and versions', async () => {
    const factory = factoryOf()
    const library = await opened(factory)
    const store = library.transaction('s', 'readwrite').objectStore('s')
    const key = { code: 'ERR_IDB_INVALID_KEY', store: 's', keyPath: 'id' } as const
    const noKey = failingCall(() => store.put({ id: [1, null] }))
    const clone = {
      code: 'ERR_IDB_UNCLONABLE',
      valuePath: 'value.f["g h"]',
      found: 'a symbol',
    } as const
    const noClone = failingCall(() => store.put({ id: 1, f: { 'g h': Symbol('x') } }))
    const name = { code: 'ERR_IDB_NO_SUCH_NAME', database, names: ['i'], nearest: 'i' } as const
    const noName = failingCall(() => store.index('j'))
    await Promise.all([
      failing(noKey, 'DataError', { ...key, found: 'an array with null at [1]' }),
      failing(noClone, 'DataCloneError', clone),
      failing(noName, 'NotFoundError', { ...name, store: 's' }),
    ])
    library.close()
    const second = factory.open('test', 2)
    second.onsuccess = () => second.result.close()
    await resultOf(second)
    const low = { code: 'ERR_IDB_VERSION_TOO_LOW', database } as const
    const first = resultOf(factory.open('test', 1))
    await failing(first, 'VersionError', { ...low, version: 2, requestedVersion: 1 })
  })
})

test('every code is provoked here, but for those that other tests provoke', () => {
  const elsewhere: readonly string[] = [
    'ERR_IDB_BLOCKED',
    'ERR_IDB_CUT_FILE',
    'ERR_IDB_CUT_OFF',
    'ERR_IDB_NAME_TAKEN',
    'ERR_IDB_NOT_COPIED',
    'ERR_IDB_NOT_INSTALLED',
    'ERR_IDB_NO_COMMON_PROTOCOL',
    'ERR_IDB_OUTCOME_UNKNOWN',
    'ERR_IDB_SERVER',
    'ERR_IDB_SLOW_TRANSACTION',
    'ERR_IDB_TIME_LIMIT',
    'ERR_IDB_TRANSACTION_INACTIVE',
    'ERR_IDB_UNREACHABLE',
  ]
  expect([...met.keys(), ...elsewhere].sort()).toEqual([...errorCodes].sort())
})

test('docs/errors.md names each fact that came with a code', () => {
  const documented = documentedFacts()
  for (const [code, facts] of met) {
    expect(documented.get(code), code).toEqual(expect.arrayContaining([...facts]))
  }
})
