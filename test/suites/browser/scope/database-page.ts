/** What pages and workers of the tests do with databases, over the package as built: functions on `globalThis.database`. */
import type * as Extras from '../../../../src/extras.ts'
import type * as Package from '../../../../src/index.ts'
import type * as Status from '../../../../src/status.ts'
import type * as Memory from '../../../../vfs/memory.ts'

/** Served by the test's server. */
const entryPoint = '/dist/index-browser.js'

export interface Options {
  readonly path?: string
  /** Of the database. */
  readonly name?: string
  readonly ifLocked?: 'throw' | 'wait'
  readonly entryPoint?: string
  /** The URL of the module of the memory VFS, to keep databases there. */
  readonly memory?: string
  /** The URL of the script that a worker of the page's own origin imports, to host the engine there. */
  readonly importedWorker?: string
  /** The address of the worker's script, and the name of the page's Trusted Types policy that lets it pass. */
  readonly trustedWorker?: { readonly policy: string; readonly address: string }
}

const factories = new Map<string, IDBFactory & AsyncDisposable>()

async function factoryFor(all: Options) {
  const {
    entryPoint: url = entryPoint,
    memory,
    importedWorker,
    trustedWorker,
    name: _,
    ...options
  } = all
  const key = JSON.stringify({ ...all, name: undefined })
  const known = factories.get(key)
  if (known) return known
  const { createIndexedDB } = (await importFrom(url)) as typeof Package
  const factory = createIndexedDB({
    ...options,
    ...(memory && { vfs: ((await importFrom(memory)) as typeof Memory).memory() }),
    ...(trustedWorker && { worker: trusted(trustedWorker) }),
    ...(importedWorker && { worker: workerThatImports(new URL(importedWorker).href) }),
  })
  factories.set(key, factory)
  return factory
}

function importFrom(url: string): Promise<unknown> {
  return import(new URL(url, location.origin).href)
}

function trusted({ policy, address }: NonNullable<Options['trustedWorker']>): URL {
  // The platform's types know nothing of it.
  const { trustedTypes } = globalThis as unknown as {
    trustedTypes: {
      createPolicy(
        name: string,
        rules: { createScriptURL(url: string): string },
      ): { createScriptURL(url: string): URL }
    }
  }
  const rules = { createScriptURL: (url: string) => url }
  const href = new URL(address, location.origin).href
  return trustedTypes.createPolicy(policy, rules).createScriptURL(href)
}

function workerThatImports(url: string): Worker {
  const script = new Blob([`import ${JSON.stringify(url)}`], { type: 'text/javascript' })
  return new Worker(URL.createObjectURL(script), { type: 'module' })
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(new Error(`${request.error?.name}: ${request.error?.message}`))
  })
}

async function open(options: Options): Promise<IDBDatabase> {
  const request = (await factoryFor(options)).open(options.name ?? 'smoke', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('values')
  return resultOf(request)
}

/** Stores a value; the database stays open. */
async function put(options: Options, key: string, value: unknown): Promise<void> {
  await putInto(await open(options), { key, value, durability: 'strict' })
}

function putInto(
  database: IDBDatabase,
  { key, value, durability }: { key: string; value: unknown; durability: 'relaxed' | 'strict' },
): Promise<void> {
  const transaction = database.transaction('values', 'readwrite', { durability })
  transaction.objectStore('values').put(value, key)
  return new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted'))
  })
}

async function get(options: Options, key: string): Promise<unknown> {
  const database = await open(options)
  const value = await resultOf(database.transaction('values').objectStore('values').get(key))
  database.close()
  return value
}

/** Begins a transaction, stores into it, and keeps it from ever ending. */
async function putForEver(options: Options, key: string, value: unknown): Promise<void> {
  const store = (await open(options)).transaction('values', 'readwrite').objectStore('values')
  await resultOf(store.put(value, key))
  const goOn = (): void => {
    store.get(key).onsuccess = goOn
  }
  store.get(key).onsuccess = goOn
}

/** Has site data cleared under a connection that does nothing; says how that has ended. */
async function outliveIdle(options: Options): Promise<string> {
  const { isClosed } = await cleared(options)
  return Promise.race([isClosed, afterwards(10_000, 'not closed')])
}

/** The same while it writes; all that was acknowledged after a while is too much. */
async function outliveRelaxed(options: Options): Promise<string> {
  const { database, isClosed } = await cleared(options)
  const start = performance.now()
  for (let i = 0; performance.now() - start < 5_000; i++) {
    try {
      await putInto(database, { key: 'b', value: i, durability: 'relaxed' })
      await afterwards(10, null)
    } catch {
      // Closed in mid-transaction, or before it.
      return Promise.race([isClosed, afterwards(1_000, 'not closed')])
    }
  }
  return 'acknowledged'
}

/** The same with a commit that must last. */
async function outliveStrict(options: Options): Promise<string> {
  const { database, isClosed } = await cleared(options)
  try {
    await putInto(database, { key: 'b', value: 1, durability: 'strict' })
  } catch (error) {
    const name = error instanceof DOMException ? error.name : String(error)
    if (name !== 'UnknownError') return `ended with ${name}`
    return Promise.race([isClosed, afterwards(1_000, 'not closed')])
  }
  return 'acknowledged'
}

async function cleared(options: Options) {
  const database = await open(options)
  const isClosed = new Promise<string>((resolve) => {
    database.onclose = () => resolve('closed')
  })
  await (await fetch(new URL('/clear-site-data', location.origin))).text()
  return { database, isClosed }
}

function afterwards<Value>(ms: number, value: Value): Promise<Value> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(value), ms)
  })
}

async function close(options: Options): Promise<void> {
  await (await factoryFor(options))[Symbol.asyncDispose]()
}

const seenChanges: string[] = []
let noteChange = (): void => {}

/** Notes what is changed in the database from now on. */
async function watch(options: Options): Promise<void> {
  const { observe } = (await importFrom('/dist/extras.js')) as typeof Extras
  const database = await open(options)
  observe(database, {}, (news) => {
    const changes = news.type === 'change' ? news.changes : []
    seenChanges.push(...changes.map(({ kind, key }) => `${kind} ${String(key)}`))
    if (news.type === 'missed') seenChanges.push('missed')
    noteChange()
  })
  // It has reached the owner when what is asked after it is answered.
  await resultOf(database.transaction('values').objectStore('values').count())
}

/** What was noted first, once there are that many. */
async function seen(_options: Options, count: string): Promise<string[]> {
  while (seenChanges.length < Number(count)) {
    await new Promise<void>((resolve) => (noteChange = resolve))
  }
  return seenChanges.slice(0, Number(count))
}

/** Tells how things are in a directory. */
async function status({ path = '' }: Options): Promise<unknown> {
  const { status } = (await importFrom('/dist/status-browser.js')) as typeof Status
  return status(path)
}

/** Keeps the thread from doing anything else. */
async function block(_options: Options, ms: string): Promise<void> {
  const start = performance.now()
  while (performance.now() - start < Number(ms));
}

const database = {
  put,
  get,
  putForEver,
  outliveIdle,
  outliveRelaxed,
  outliveStrict,
  close,
  status,
  block,
  watch,
  seen,
}
export type Database = typeof database

Object.assign(globalThis, { database })

interface Call {
  readonly method: keyof Database
  readonly args: readonly [Options, string, unknown]
}

// In a worker: calls come as messages, and outcomes go back.
if (typeof document === 'undefined') {
  addEventListener('message', ({ data }: MessageEvent<Call>) => {
    database[data.method](...data.args).then(
      (result) => postMessage({ result }),
      (error: unknown) => postMessage({ error: String(error) }),
    )
  })
}
