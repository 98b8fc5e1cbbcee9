/** What pages of the tests about ends do: functions on `globalThis.ends`. */
import type * as Package from '../../../../src/index.ts'

const entryPoint = new URL('/dist/index-browser.js', location.origin).href

/** What a client was told of its owner's end. */
export interface Heard {
  /** The error of a transaction that was under way. */
  readonly aborted: string
  /** Whether the connection got its event. */
  readonly isClosed: boolean
  /** How an open that waited has ended, and one that came later. */
  readonly waiting: string
  readonly later: string
}

async function startWorker(name: string): Promise<Worker> {
  const worker = new Worker(`/scope/${name}.js`, { type: 'module' })
  await messageOf(worker)
  return worker
}

function messageOf(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(message))
  })
}

/** A port to the owner. */
function portTo(owner: Worker): MessagePort {
  const { port1, port2 } = new MessageChannel()
  owner.postMessage(null, [port2])
  return port1
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(new Error(`${request.error?.name}: ${request.error?.message}`))
  })
}

function open(factory: IDBFactory, version = 1): Promise<IDBDatabase> {
  const request = factory.open('a', version)
  request.onupgradeneeded = () => {
    const { result } = request
    if (!result.objectStoreNames.contains('s')) result.createObjectStore('s')
  }
  return resultOf(request)
}

const outcome = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'success',
    (error: Error) => error.message,
  )

/** An owner by a port, ended under its client. */
async function ownerByPort(): Promise<Heard> {
  const { createIndexedDB } = (await import(entryPoint)) as typeof Package
  const owner = await startWorker('owner-worker')
  return useUntilEnd(createIndexedDB({ port: portTo(owner) }), owner, bothAreWatched)
}

/** A worker of the page's own that hosts for a factory, ended under it. */
async function ownWorker(): Promise<Heard> {
  const { createIndexedDB } = (await import(entryPoint)) as typeof Package
  const worker = new Worker('/dist/worker.js', { type: 'module' })
  return useUntilEnd(createIndexedDB({ worker, path: 'own worker' }), worker, workerIsWatched)
}

async function useUntilEnd(
  factory: IDBFactory,
  owner: Worker,
  isWatched: () => Promise<void>,
): Promise<Heard> {
  const database = await open(factory)
  const closed = new Promise<void>((resolve) => (database.onclose = () => resolve()))
  const transaction = database.transaction('s', 'readwrite')
  const aborted = new Promise<string>((resolve) => {
    transaction.onabort = () => resolve(`${transaction.error?.name}: ${transaction.error?.message}`)
  })
  const goOn = (): void => {
    transaction.objectStore('s').get('k').onsuccess = goOn
  }
  goOn()
  const waiting = outcome(open(factory, 2))
  await isWatched()
  owner.terminate()
  await closed
  const heard = { isClosed: true, aborted: await aborted, waiting: await waiting }
  return { ...heard, later: await outcome(open(factory)) }
}

/** A client in a worker, ended in mid-transaction; gives what the owner's other client finds. */
async function clientByPort(): Promise<unknown> {
  const { createIndexedDB } = (await import(entryPoint)) as typeof Package
  const owner = await startWorker('owner-worker')
  const client = await startWorker('client-worker')
  const held = messageOf(client)
  client.postMessage(null, [portTo(owner)])
  await held
  await bothAreWatched()
  client.terminate()
  const database = await open(createIndexedDB({ port: portTo(owner) }), 2)
  const found = await resultOf(database.transaction('s').objectStore('s').get('k'))
  owner.terminate()
  return found ?? 'nothing'
}

/** Resolves when an owner waits for its client's end, and the client for the owner's. */
const bothAreWatched = (): Promise<void> => areWatched('idb-everywhere thread', 2)

/** Resolves when this page waits for the end of its worker. */
const workerIsWatched = (): Promise<void> => areWatched('idb-everywhere life', 1)

/** Resolves when others wait for that number of locks of such names. */
async function areWatched(prefix: string, count: number): Promise<void> {
  for (;;) {
    const { pending = [] } = await navigator.locks.query()
    const watched = pending.filter(({ name }) => name?.startsWith(prefix))
    if (new Set(watched.map(({ name }) => name)).size >= count) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const ends = { ownerByPort, ownWorker, clientByPort }
export type Ends = typeof ends

Object.assign(globalThis, { ends })
