/** What has no bytes, in a page or a worker: CryptoKeys of every algorithm, handles of files; and what becomes of them. */
import type * as Package from '../../../../src/index.ts'
import type * as Memory from '../../../../vfs/memory.ts'
import { assert } from './assert.ts'
import { Suite, type TestResult } from './suite.ts'

const { subtle } = crypto
const rsa = { hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }

/** Every algorithm that some browser has, and usages for its keys. */
const algorithms: readonly (readonly [Record<string, unknown>, readonly string[]])[] = [
  [{ name: 'AES-CBC', length: 128 }, ['encrypt', 'decrypt']],
  [{ name: 'AES-CTR', length: 256 }, ['decrypt']],
  [{ name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey']],
  [{ name: 'AES-KW', length: 128 }, ['wrapKey']],
  [{ name: 'HMAC', hash: 'SHA-384' }, ['sign', 'verify']],
  [{ name: 'HMAC', hash: 'SHA-1', length: 80 }, ['verify']],
  [{ name: 'RSA-OAEP', ...rsa }, ['encrypt', 'decrypt']],
  [{ name: 'RSA-PSS', ...rsa }, ['sign', 'verify']],
  [{ name: 'RSASSA-PKCS1-v1_5', ...rsa }, ['sign', 'verify']],
  [{ name: 'ECDSA', namedCurve: 'P-384' }, ['sign', 'verify']],
  [{ name: 'ECDH', namedCurve: 'P-256' }, ['deriveKey', 'deriveBits']],
  [{ name: 'Ed25519' }, ['sign', 'verify']],
  [{ name: 'X25519' }, ['deriveBits']],
  [{ name: 'ML-DSA-44' }, ['sign', 'verify']],
  [{ name: 'ML-KEM-768' }, ['encapsulateBits', 'decapsulateBits']],
]

/** How many of them a browser has at least. */
const fewestAlgorithms = 11

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const secretive = (): Promise<CryptoKeyPair> => subtle.generateKey(ecdsa, false, ['sign', 'verify'])

let factory: IDBFactory & AsyncDisposable

async function run(): Promise<TestResult[]> {
  const suite = new Suite()
  const { test } = suite
  await restart()

  for (const extractable of [true, false]) {
    const kind = extractable ? 'extractable keys' : 'keys that are not extractable'
    test(`${kind} of every algorithm come back as they were`, async () => {
      let found = 0
      for (const [algorithm, usages] of algorithms) {
        const made = await generate(algorithm, extractable, usages)
        if (!made) continue
        found++
        const keys = 'privateKey' in made ? [made.publicKey, made.privateKey] : [made]
        await change((store) => void store.put({ keys }, 'keys'))
        const clones = (await get<{ keys: CryptoKey[] }>('keys')).keys
        assert.deepEqual(clones.map(traitsOf), keys.map(traitsOf), String(algorithm['name']))
        await assertSameBytes(clones, keys)
      }
      assert.ok(found >= fewestAlgorithms, `only ${found} algorithms are there`)
      await change((store) => void store.clear())
    })
  }

  test('a key for deriving others comes back', async () => {
    const secret = new Uint8Array(20)
    for (const name of ['HKDF', 'PBKDF2']) {
      const key = await subtle.importKey('raw', secret, name, false, ['deriveBits'])
      await change((store) => void store.put(key, 'derive'))
      assert.deepEqual(traitsOf(await get<CryptoKey>('derive')), traitsOf(key))
    }
    await change((store) => void store.clear())
  })

  test('a key that is not extractable signs after everything was closed and opened again', async () => {
    const pair = await secretive()
    await change((store) => void store.put({ pair: { ...pair } }, 'pair'))
    await restart()
    const { privateKey } = (await get<{ pair: CryptoKeyPair }>('pair')).pair
    const data = new Uint8Array(3)
    const signature = await subtle.sign(ecdsa, privateKey, data)
    assert.ok(await subtle.verify(ecdsa, pair.publicKey, signature, data))
    await change((store) => void store.delete('pair'))
  })

  test('a key is found under a generated key, by a cursor, an index, getAll(), and after a commit()', async () => {
    const pair = await secretive()
    const database = await open()
    const transaction = database.transaction('generated', 'readwrite')
    transaction.objectStore('generated').put({ name: 'a', key: pair.privateKey })
    transaction.commit()
    await completion(transaction)
    const store = (): IDBObjectStore => database.transaction('generated').objectStore('generated')
    const [found] = (await resultOf(store().getAll())) as { id: number; key: CryptoKey }[]
    assert.ok(found && found.id >= 1 && found.key instanceof CryptoKey)
    const byIndex = await resultOf(store().index('name').get('a'))
    assert.ok(byIndex.key instanceof CryptoKey)
    const cursor = await resultOf(store().openCursor())
    assert.ok(cursor?.value.key instanceof CryptoKey)
    database.close()
    await until('what is kept has its record', async () => {
      const keys = await keptKeys()
      return keys.length > 0 && keys.every(([, , key]) => (key as ArrayBuffer).byteLength > 0)
    })
    await restart()
    await change((it) => void it.clear(), 'generated')
    await untilNothingIsKept()
  })

  test('a handle of a file comes back as the same file', async () => {
    const root = await navigator.storage.getDirectory()
    const handle = await root.getFileHandle('a file', { create: true })
    await change((store) => void store.put({ handle, root }, 'handle'))
    const found = await get<{ handle: FileSystemFileHandle; root: FileSystemDirectoryHandle }>(
      'handle',
    )
    assert.ok(await handle.isSameEntry(found.handle))
    assert.ok(await root.isSameEntry(found.root))
    await change((store) => void store.delete('handle'))
    await untilNothingIsKept()
  })

  if (typeof RTCPeerConnection === 'function') {
    test('a certificate comes back', async () => {
      const certificate = await RTCPeerConnection.generateCertificate({
        name: 'ECDSA',
        namedCurve: 'P-256',
      } as AlgorithmIdentifier)
      await change((store) => void store.put(certificate, 'certificate'))
      assert.equal((await get<RTCCertificate>('certificate')).expires, certificate.expires)
      await change((store) => void store.delete('certificate'))
      await untilNothingIsKept()
    })
  }

  for (const [title, end] of [
    ['deleted', (store) => store.delete('a')],
    ['replaced', (store) => store.put('other', 'a')],
    ['cleared with its store', (store) => store.clear()],
  ] as readonly [string, (store: IDBObjectStore) => IDBRequest][]) {
    test(`what is kept for a record goes once that is ${title}, and no other`, async () => {
      const { privateKey } = await secretive()
      await change((store) => {
        store.put(privateKey, 'a')
        store.put(privateKey, 'b')
      })
      await change((store) => void store.put(privateKey, 'b'), 'others')
      assert.ok((await keptKeys()).length >= 3)
      await change((store) => void end(store))
      const left = title.startsWith('cleared') ? 1 : 2
      await until(`${left} are left`, async () => (await keptKeys()).length === left)
      assert.ok((await get('b', 'others')) instanceof CryptoKey)
      await change((store) => void store.clear())
      await change((store) => void store.clear(), 'others')
      await untilNothingIsKept()
    })
  }

  test('what an aborted transaction has kept goes, and what it has deleted stays', async () => {
    const { privateKey } = await secretive()
    await change((store) => void store.put(privateKey, 'stays'))
    const database = await open()
    for (const when of ['at once', 'later']) {
      const transaction = database.transaction('values', 'readwrite')
      const store = transaction.objectStore('values')
      store.delete('stays')
      const request = store.put(privateKey, 'never')
      if (when === 'later') await resultOf(request)
      transaction.abort()
      await completion(transaction).catch(() => {})
    }
    database.close()
    await until('one is left', async () => (await keptKeys()).length === 1)
    assert.ok((await get('stays')) instanceof CryptoKey)
    await change((store) => void store.clear())
    await untilNothingIsKept()
  })

  test('what is kept for a database goes with it, before a new one of its name', async () => {
    const { privateKey } = await secretive()
    await change((store) => void store.put(privateKey, 'a'))
    await resultOf(factory.deleteDatabase('keys'))
    assert.deepEqual(await keptKeys(), [])
    await change((store) => void store.put(privateKey, 'a'))
    assert.ok((await get('a')) instanceof CryptoKey)
    await change((store) => void store.clear())
    await untilNothingIsKept()
  })

  test('a long transaction loses nothing to a collection that runs at the same time', async () => {
    const { privateKey } = await secretive()
    const database = await open()
    await change((store) => void store.put(privateKey, 'gone'), 'others')
    await change((store) => void store.delete('gone'), 'others')
    const transaction = database.transaction('values', 'readwrite')
    const store = transaction.objectStore('values')
    store.put(privateKey, 'slow')
    const end = performance.now() + 1_500 // three times what counts as idle
    while (performance.now() < end) await resultOf(store.get('slow'))
    await completion(transaction)
    await until('one is left', async () => (await keptKeys()).length === 1)
    assert.ok((await get('slow')) instanceof CryptoKey)
    await change((it) => void it.clear())
    await untilNothingIsKept()
  })

  test('a record whose object is elsewhere says so, and the others can be read', async () => {
    const { privateKey } = await secretive()
    await change((store) => {
      store.put(privateKey, 'a')
      store.put('b', 'b')
    })
    await resultOf(indexedDB.deleteDatabase('idb-everywhere: kept objects'))
    const failed = get('a').catch((error: unknown) => String(error))
    assert.ok(/UnknownError.*CryptoKey.*was not found there/.test(String(await failed)))
    assert.equal(await get('b'), 'b')
    await change((store) => void store.clear())
  })

  test('in memory what has no bytes is refused at the call, in words', async () => {
    const { createIndexedDB } = (await importFrom('/dist/index-browser.js')) as typeof Package
    const { memory } = (await importFrom('/dist/vfs-memory.js')) as typeof Memory
    const { privateKey } = await secretive()
    const database = await open(createIndexedDB({ vfs: memory() }))
    const store = database.transaction('values', 'readwrite').objectStore('values')
    assert.throws(
      () => store.put(privateKey, 'a'),
      (error) => /DataCloneError.*not extractable.*make it extractable/.test(String(error)),
    )
    database.close()
  })
  try {
    return await suite.run()
  } finally {
    await factory[Symbol.asyncDispose]()
  }
}

/** Stores a key that is not extractable, and never ends the transaction. */
async function putForEver(): Promise<void> {
  await restart()
  const { privateKey } = await secretive()
  await change((store) => void store.put(privateKey, 'committed'))
  const store = (await open()).transaction('values', 'readwrite').objectStore('values')
  await resultOf(store.put(privateKey, 'never'))
  const goOn = (): void => {
    store.get('committed').onsuccess = goOn
  }
  goOn()
}

/** How many objects are kept once those of dead transactions have been collected, and which records there are. */
async function leftovers(): Promise<readonly unknown[]> {
  await restart()
  const database = await open()
  await until('one is left', async () => (await keptKeys()).length === 1)
  return resultOf(database.transaction('values').objectStore('values').getAllKeys())
}

async function restart(): Promise<void> {
  await factory?.[Symbol.asyncDispose]()
  const { createIndexedDB } = (await importFrom('/dist/index-browser.js')) as typeof Package
  factory = createIndexedDB({ path: 'keys', ifLocked: 'wait' })
}

function importFrom(path: string): Promise<unknown> {
  return import(new URL(path, location.origin).href)
}

function open(opened: IDBFactory = factory): Promise<IDBDatabase> {
  const request = opened.open('keys', 1)
  request.onupgradeneeded = () => {
    for (const name of ['values', 'others']) request.result.createObjectStore(name)
    const options = { keyPath: 'id', autoIncrement: true }
    request.result.createObjectStore('generated', options).createIndex('name', 'name')
  }
  return resultOf(request)
}

async function change(use: (store: IDBObjectStore) => void, storeName = 'values'): Promise<void> {
  const database = await open()
  const transaction = database.transaction(storeName, 'readwrite')
  use(transaction.objectStore(storeName))
  await completion(transaction)
  database.close()
}

async function get<Value>(key: string, storeName = 'values'): Promise<Value> {
  const database = await open()
  try {
    const store = database.transaction(storeName).objectStore(storeName)
    return (await resultOf(store.get(key))) as Value
  } finally {
    database.close()
  }
}

/** null where the browser lacks the algorithm. */
async function generate(
  algorithm: object,
  extractable: boolean,
  usages: readonly string[],
): Promise<CryptoKey | CryptoKeyPair | null> {
  try {
    return await subtle.generateKey(algorithm as KeyAlgorithm, extractable, usages as KeyUsage[])
  } catch {
    return null
  }
}

function traitsOf({ type, extractable, algorithm, usages }: CryptoKey): unknown {
  const text = JSON.stringify(algorithm, (_, it: unknown) =>
    it instanceof Uint8Array ? [...it] : it,
  )
  return [type, extractable, text, [...usages].sort()]
}

async function assertSameBytes(
  clones: readonly CryptoKey[],
  keys: readonly CryptoKey[],
): Promise<void> {
  const formats = { secret: 'raw', public: 'spki', private: 'pkcs8' } as const
  for (const [i, key] of keys.entries()) {
    if (!key.extractable) continue
    const format = formats[key.type]
    const [clone, original] = await Promise.all(
      [clones[i] ?? key, key].map((it) => subtle.exportKey(format, it)),
    )
    assert.equal(
      String(new Uint8Array(clone as ArrayBuffer)),
      String(new Uint8Array(original as ArrayBuffer)),
    )
  }
}

/** What lies in the browser's own IndexedDB. */
async function keptKeys(): Promise<readonly (readonly unknown[])[]> {
  const databases = await indexedDB.databases()
  if (!databases.some(({ name }) => name === 'idb-everywhere: kept objects')) return []
  const database = await resultOf(indexedDB.open('idb-everywhere: kept objects'))
  try {
    const store = database.transaction('objects').objectStore('objects')
    return (await resultOf(store.getAllKeys())) as unknown as readonly unknown[][]
  } finally {
    database.close()
  }
}

const untilNothingIsKept = (): Promise<void> =>
  until('nothing is kept', async () => (await keptKeys()).length === 0)

/** Housekeeping comes when the database is idle, some time after the last transaction. */
async function until(claim: string, isTrue: () => Promise<boolean>): Promise<void> {
  const database = await open()
  const end = performance.now() + 10_000
  try {
    while (!(await isTrue())) {
      const kept = String(await keptKeys())
      if (performance.now() > end) throw new Error(`It does not come about that ${claim}: ${kept}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  } finally {
    database.close()
  }
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(new Error(`${request.error?.name}: ${request.error?.message}`))
  })
}

function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted'))
  })
}

const keys = { run, putForEver, leftovers }
export type Keys = typeof keys

Object.assign(globalThis, { keys })

// In a worker: what it finds goes back.
if (typeof document === 'undefined') {
  run().then(postMessage, (error: unknown) =>
    postMessage([{ title: 'the tests of keys run', error: String(error) }]),
  )
}
