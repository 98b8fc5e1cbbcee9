/**
 * What a browser can store and has no bytes: CryptoKeys that are not extractable, handles of files. They lie in a database of
 * the browser's own IndexedDB, beside the files of this package, and the value of the record has an id in their place.
 *
 * The database `idb-everywhere: kept objects` has one object store, `objects`. Its records:
 *
 * |       |                                                                                               |
 * | ----- | --------------------------------------------------------------------------------------------- |
 * | key   | the id (a UUID), the record's object store's id, the record's key (bytes, see `keys/`; none while it is to be generated) |
 * | value | `id`; `place`: directory and name of the record's database; `object`                            |
 *
 * It is written before the record, so that no committed record lacks its object, and what no record has is collected
 * later: see `collect.ts`.
 */
import { StorageError } from '../errors.ts'
import { browserIndexedDB } from './browser-indexed-db.ts'

/** A database: its directory's identity, and its name. */
export type KeptPlace = readonly [directory: string, name: string]

/** Where the record is that has an object. */
export interface KeptOwner {
  readonly storeId: number
  /** null: not yet known. */
  readonly key: Uint8Array | null
}

export interface KeptObject {
  readonly id: string
  readonly object: object
}

/** Of an object, the id and where its record is. */
export type KeptKey = readonly [id: string, storeId: number, key: ArrayBuffer]

const databaseName = 'idb-everywhere: kept objects'
const storeName = 'objects'
const noKey = new Uint8Array(0)

/** Whether objects can be kept here. Without locks there is no way to know what is in use. */
export const canKeep = browserIndexedDB !== null && Boolean(globalThis.navigator?.locks)

/** The id of a new object. */
export function newKeptId(): string {
  return crypto.randomUUID()
}

/** Keeps objects; resolves when they have reached the disk. Rejects with the browser's own exception. */
export async function keep(
  place: KeptPlace,
  owner: KeptOwner,
  objects: readonly KeptObject[],
): Promise<void> {
  const store = objectStore(await connect(), 'readwrite')
  for (const it of objects) putObject(store, it, [place, owner])
  await completion(store.transaction)
}

/** Notes the key of their record, which was generated meanwhile. */
export async function noteKey(
  place: KeptPlace,
  owner: KeptOwner,
  objects: readonly KeptObject[],
): Promise<void> {
  const store = objectStore(await connect(), 'readwrite')
  for (const it of objects) {
    store.delete(keyOf(it, { ...owner, key: null }))
    putObject(store, it, [place, owner])
  }
  await completion(store.transaction)
}

/** Finds an object; `name` is its interface's. @throws StorageError when it is not here */
export async function findKept(id: string, name: string): Promise<object> {
  const database = canKeep ? await connectIfThere() : null
  const found = database
    ? await resultOf<{ object: object } | undefined>(
        objectStore(database, 'readonly').index('id').get(id),
      )
    : undefined
  if (found) return found.object
  throw new StorageError(
    'corrupt',
    `A stored value holds a ${name} that has no bytes: it lies in the IndexedDB of the browser that stored it, and was not found there; store it again`,
    { code: 'ERR_IDB_UNAVAILABLE_TYPE' },
  )
}

/** Whether anything was ever kept here. */
export async function isAnythingKept(): Promise<boolean> {
  return canKeep && (await connectIfThere()) !== null
}

/** What is kept for a database. */
export async function listKept(place: KeptPlace): Promise<readonly KeptKey[]> {
  const index = objectStore(await connect(), 'readonly').index('place')
  // `as`: as they were put.
  return (await resultOf(index.getAllKeys([...place]))) as unknown as KeptKey[]
}

export async function removeKept(keys: readonly KeptKey[]): Promise<void> {
  const store = objectStore(await connect(), 'readwrite')
  for (const key of keys) store.delete([...key])
  await completion(store.transaction)
}

/** Under which keys the objects of a record are kept. */
export function keptKeys(owner: KeptOwner, objects: readonly KeptObject[]): readonly KeptKey[] {
  return objects.map((it) => keyOf(it, owner))
}

function putObject(store: IDBObjectStore, it: KeptObject, where: [KeptPlace, KeptOwner]): void {
  const [place, owner] = where
  store.put({ ...it, place }, keyOf(it, owner))
}

function keyOf({ id }: KeptObject, { storeId, key }: KeptOwner): [string, number, ArrayBuffer] {
  return [id, storeId, (key ?? noKey).slice().buffer]
}

/** null: there is none, or it has been closed. */
let connecting: Promise<IDBDatabase> | null = null

async function connectIfThere(): Promise<IDBDatabase | null> {
  if (!connecting && !(await mayBeThere())) return null
  if (connecting) return connecting
  // Others are given it once it is known to be there.
  const opened = open({ create: false })
  try {
    await opened
  } catch (error) {
    if (error instanceof Missing) return null
    throw error
  }
  return connecting ?? remember(opened)
}

/** To ask costs a fifth of what opening costs; older browsers cannot be asked. */
async function mayBeThere(): Promise<boolean> {
  const listed = await browserIndexedDB?.databases?.()
  return listed?.some(({ name }) => name === databaseName) ?? true
}

function connect(): Promise<IDBDatabase> {
  return connecting ?? remember(open({ create: true }))
}

class Missing extends Error {}

function remember(opened: Promise<IDBDatabase>): Promise<IDBDatabase> {
  const forget = (): void => {
    if (connecting === opened) connecting = null
  }
  connecting = opened
  opened.then((database) => {
    database.onclose = forget
    database.onversionchange = () => {
      database.close()
      forget()
    }
  }, forget)
  return opened
}

function open({ create }: { create: boolean }): Promise<IDBDatabase> {
  if (!browserIndexedDB) throw new Error('unreachable: objects are kept in browsers only')
  const request = browserIndexedDB.open(databaseName, 1)
  return new Promise((resolve, reject) => {
    let isMissing = false
    request.onupgradeneeded = () => {
      isMissing = !create
      if (isMissing) return request.transaction?.abort()
      const store = request.result.createObjectStore(storeName)
      store.createIndex('id', 'id')
      store.createIndex('place', 'place')
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = (event) => {
      // In Firefox an error whose default is not prevented reaches the window.
      event.preventDefault()
      reject(isMissing ? new Missing() : (request.error as DOMException))
    }
  })
}

function objectStore(database: IDBDatabase, mode: 'readonly' | 'readwrite'): IDBObjectStore {
  return database.transaction(storeName, mode, { durability: 'strict' }).objectStore(storeName)
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error as DOMException) // it has one
  })
}

function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error as DOMException) // nothing aborts it but an error
  })
}
