/**
 * Uses the API in a realm of its own while `Object.prototype` has members, or `Array.prototype` an accessor, of script's; tells the
 * thread that has started it what came of it. No test runner is here, which would meet them, too.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { MessageChannel, parentPort, workerData } from 'node:worker_threads'
import { IDBKeyRange, IDBVersionChangeEvent, createIndexedDB, serve } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'

/** The folder of the sources, and the file this is bundled into together with them. */
const { source, program } = workerData as { source: string; program: string }

/** Every name that the sources read or write as a member. */
function memberNames(): string[] {
  const names = new Set<string>()
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue
    const text = readFileSync(join(source, file), 'utf8')
    for (const [, name] of text.matchAll(/(?:[.{,]|^)\s*([a-z]\w*)(?=\??[:,; }).=])/gim)) {
      if (name) names.add(name)
    }
  }
  return [...names].filter((name) => !(name in Object.prototype)).sort()
}

const added = new Set<PropertyKey>()

function inherit(name: string, value: unknown): void {
  added.add(name)
  const attributes = { value, configurable: true, writable: true, enumerable: false }
  Object.defineProperty(Object.prototype, name, {
    __proto__: null,
    ...attributes,
  } as PropertyDescriptor)
}

function disinherit(): void {
  for (const name of added) Reflect.deleteProperty(Object.prototype, name)
  added.clear()
  for (const index of ['0', '1', '2']) Reflect.deleteProperty(Array.prototype, index)
}
const value = { v: 1, list: [1, 'two', { three: 3 }], when: new Date(0), map: new Map([[1, [2]]]) }

/** An object of the caller's own inherits as it should: not this one. */
const generated = { __proto__: null, autoIncrement: true } as IDBObjectStoreParameters

type Done = (result: unknown) => void

/** Uses much of the API, with callbacks alone; says what came of it. */
function use(indexedDB: IDBFactory, name: string, done: Done): void {
  const log = new Map<number, unknown>()
  const add = (entry: unknown): void => void log.set(log.size, entry)
  const request = indexedDB.open(name)
  request.onerror = () => done(request.error?.message)
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore('s', generated)
    store.createIndex('v', 'v')
    const plain = request.result.createObjectStore('plain')
    add(`${store.keyPath} ${plain.autoIncrement} ${plain.keyPath} ${store.index('v').unique}`)
  }
  request.onsuccess = () => {
    const database = request.result
    const transaction = database.transaction(['s', 'plain'], 'readwrite')
    add(transaction.durability)
    const store = transaction.objectStore('s')
    store.put(value)
    store.put({ v: 2 })
    transaction.objectStore('plain').put([3], [1, 'k'])
    store.index('v').getAll().onsuccess = note
    store.getAllKeys(IDBKeyRange.lowerBound(1), 1).onsuccess = note
    transaction.objectStore('plain').getAllKeys().onsuccess = note
    store.count().onsuccess = note
    const cursor = store.openCursor()
    cursor.addEventListener('success', () => {
      add(cursor.result && [cursor.result.key, cursor.result.value])
      cursor.result?.continue()
    })
    transaction.oncomplete = () => {
      database.close()
      finish()
    }
    transaction.onabort = () => done(`aborted ${transaction.error?.message}`)
  }
  function note({ target }: Event): void {
    add((target as IDBRequest).result)
  }
  function finish(): void {
    const event = new IDBVersionChangeEvent('x')
    add([event.oldVersion, event.newVersion, event.bubbles])
    const deleted = indexedDB.deleteDatabase(name)
    deleted.onsuccess = (it) => {
      add((it as globalThis.IDBVersionChangeEvent).oldVersion)
      done(Array.from(log.values()))
    }
    deleted.onerror = () => done(deleted.error?.message)
  }
}

function used(indexedDB: IDBFactory, name: string): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('nothing came of it'), 120_000)
    use(indexedDB, name, (result) => {
      clearTimeout(timer)
      disinherit()
      resolve(result)
    })
  })
}

function overPort(): IDBFactory {
  const { port1, port2 } = new MessageChannel()
  serve(port1, createIndexedDB({ vfs: memory() }))
  return createIndexedDB({ port: port2 })
}

/**
 * What the language takes from any object (promises, the end of a loop), and Node, whose ports are event targets and send message events. Names of globals are
 * left out as well: the global object is one of those that inherit.
 */
const ofPlatform = new Set(['return', 'signal', 'source', 'then'])

const hostings: Record<string, () => IDBFactory> = {
  'in memory': () => createIndexedDB({ vfs: memory() }),
  'over a port': overPort,
}

/** What came of it while all those names were members of all objects. */
async function withMembers(make: () => IDBFactory, member: unknown): Promise<unknown> {
  const names = memberNames().filter((name) => /^[a-z]/.test(name) && !ofPlatform.has(name))
  try {
    for (const name of names) inherit(name, member)
    return await used(make(), 'changed')
  } catch (error) {
    return String(error)
  } finally {
    disinherit()
  }
}

/** What came of it while all arrays had an accessor, and which places in the sources have called it. */
async function withAccessor(make: () => IDBFactory, index: number): Promise<unknown[]> {
  const indexedDB = make()
  await used(indexedDB, 'warm')
  const ours = new Set<string>()
  Object.defineProperty(Array.prototype, index, {
    configurable: true,
    // The runtime meets it as well: it does what would be done without it.
    set(this: unknown[], item: unknown) {
      const caller = new Error('').stack?.split('\n')[2] ?? ''
      Object.defineProperty(this, index, {
        value: item,
        writable: true,
        enumerable: true,
        configurable: true,
      })
      if (caller.includes(program)) ours.add(caller.trim())
    },
  })
  const result = await used(indexedDB, 'accessor')
  return [result, ...ours]
}

/**
 * What came of it while a setter threw whatever was put into an array there, the runtime's own arrays included. Not at 1, where that
 * ends all immediates and timers of Node.
 */
async function withThrowingSetter(make: () => IDBFactory, index: number): Promise<unknown> {
  const indexedDB = make()
  await used(indexedDB, 'warm')
  Object.defineProperty(Array.prototype, index, {
    configurable: true,
    set() {
      throw new Error('thrown by the setter')
    },
  })
  return await used(indexedDB, 'setter')
}

for (const [title, make] of Object.entries(hostings)) {
  const expected = await used(make(), 'expected')
  const outcomes: [what: string, result: unknown, expected: unknown][] = []
  for (const member of [5, 'strict', () => 5]) {
    outcomes.push([`members: ${String(member)}`, await withMembers(make, member), expected])
  }
  for (const index of [0, 1, 2]) {
    outcomes.push([`accessor: ${index}`, await withAccessor(make, index), [expected]])
  }
  // Engine: Deno's own queues are arrays, and what its setter throws there ends the thread.
  for (const index of process.versions['deno'] ? [] : [0, 2]) {
    outcomes.push([`setter throws: ${index}`, await withThrowingSetter(make, index), expected])
  }
  for (const [what, result, wanted] of outcomes) {
    parentPort?.postMessage({ title, what, result, wanted })
  }
}
parentPort?.postMessage(null)
