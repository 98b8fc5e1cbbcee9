/** What the checks of the inspector have: the built package, and a directory with something of everything in it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type * as server from '../../../inspector/server/entry.ts'
import type * as library from '../../../src/index.ts'
import type * as remote from '../../../src/remote/entry.ts'
import { newSchema } from '../../kit/postgres-schema.ts'

export interface Built {
  /** The folder of the built package. */
  readonly dist: string
  readonly library: typeof library
  readonly serveInspector: typeof server.serveInspector
  readonly postgres: typeof remote.postgres
  readonly axePath: string
}

/** A page with an inspector in it, of which the scenario may do what it likes. */
export interface Visit {
  readonly built: Built
  readonly page: Page
  /** The databases that the page shows, from another side. */
  readonly indexedDB: IDBFactory
  readonly url: string
}

export interface Scenario {
  readonly title: string
  readonly run: (visit: Visit) => Promise<void>
}

export const orders = 2_000

/** Databases to be looked into, as a program sees them, and where the view of them is. */
export interface Shown {
  readonly indexedDB: IDBFactory
  readonly url: string
}

/** Has databases shown, and removes them after `work`. */
export type Showing = (built: Built, work: (shown: Shown) => Promise<void>) => Promise<void>

/** Those of a directory. */
export const onFiles: Showing = ({ library, serveInspector }, work) =>
  withDirectory(async (path) => {
    const indexedDB = library.createIndexedDB({ path })
    const domFactory = indexedDB as unknown as IDBFactory // It is one, under a type that needs no DOM.
    await fill(domFactory)
    const served = await serveInspector({ path, isWritable: true })
    try {
      await work({ indexedDB: domFactory, url: served.url })
    } finally {
      await served.close()
      await library.close(indexedDB)
    }
  })

/** Those of schemas on a server: the view and the program have factories of their own, as two processes would. */
export function onServer(connectionString: string): Showing {
  return async ({ library, serveInspector, postgres }, work) => {
    const schema = await newSchema(connectionString)
    const create = (): ReturnType<typeof library.createIndexedDB> =>
      library.createIndexedDB({ host: postgres({ connectionString, schema }) })
    const [seen, indexedDB] = [create(), create()]
    const domFactory = indexedDB as unknown as IDBFactory // As above.
    await fill(domFactory)
    const served = await serveInspector({ indexedDB: seen, isWritable: true })
    try {
      await work({ indexedDB: domFactory, url: served.url })
    } finally {
      await served.close()
      await Promise.all([library.close(seen), library.close(indexedDB)])
    }
  }
}

/** Runs `work` on a directory with databases, which is deleted afterwards. */
export async function withDirectory(work: (path: string) => Promise<void>): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'idb-everywhere-inspector-'))
  try {
    await work(path)
  } finally {
    await rm(path, { recursive: true, maxRetries: 3 })
  }
}

/** Orders by number, with an index by customer; and one record with many types in it. */
export async function fill(indexedDB: IDBFactory, count = orders): Promise<void> {
  const database = await openShop(indexedDB)
  for (let at = 0; at < count; at += 10_000) {
    const transaction = database.transaction('orders', 'readwrite', { durability: 'relaxed' })
    const store = transaction.objectStore('orders')
    for (let id = at + 1; id <= Math.min(count, at + 10_000); id++) store.put(orderOf(id))
    await completionOf(transaction)
  }
  const transaction = database.transaction('settings', 'readwrite')
  transaction.objectStore('settings').put(everything(), 'everything')
  transaction.objectStore('settings').put('plain', 'text')
  await completionOf(transaction)
  database.close()
}

function openShop(indexedDB: IDBFactory): Promise<IDBDatabase> {
  const request = indexedDB.open('shop', 3)
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore('orders', { keyPath: 'id' })
    store.createIndex('by customer', 'customer.name')
    request.result.createObjectStore('settings')
  }
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('Opening has failed'))
  })
}

export function orderOf(id: number): { id: number; customer: { name: string }; total: number } {
  const names = ['Ada', 'Edsger', 'Grace', 'Radia']
  return { id, customer: { name: names[id % 4] ?? '' }, total: (id * 7919) % 1_000 }
}

function everything(): object {
  const value = {
    when: new Date(Date.UTC(2026, 0, 2)),
    map: new Map<unknown, unknown>([['key', 'value']]),
    set: new Set([1, 2]),
    bytes: Uint8Array.from({ length: 300 }, (_, i) => i),
    picture: Uint8Array.from(atob(dot), (letter) => letter.charCodeAt(0)),
    none: undefined,
    big: 12n,
    self: null as unknown,
  }
  value.self = value
  return value
}

/** A GIF of one pixel. */
const dot = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'

function completionOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('The transaction aborted'))
  })
}

/** Writes one record of the shop, as another program would. */
export async function putOrder(indexedDB: IDBFactory, order: object): Promise<void> {
  const database = await openShop(indexedDB)
  const transaction = database.transaction('orders', 'readwrite')
  transaction.objectStore('orders').put(order)
  await completionOf(transaction)
  database.close()
}
