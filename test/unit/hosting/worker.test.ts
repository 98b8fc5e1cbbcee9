/** Hosting in a worker thread, and sharing an owner over a port, through the public functions. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { close, createIndexedDB, serve } from '../../../src/index.ts'
import { type Vfs, VfsError } from '../../../src/files/vfs.ts'
import { memory } from '../../../vfs/memory.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { buildWorker } from './build-worker.ts'

const folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-worker-'))
const { url: worker, built } = buildWorker(folder)
let count = 0
const newPath = (): string => join(folder, String(count++))

beforeAll(() => built)

afterAll(() => rmSync(folder, { recursive: true }))

describe('a worker thread as host', () => {
  test('keeps what is stored, and gives it to the next one after close()', async () => {
    const options = { path: newPath(), worker }
    const factory = createIndexedDB(options)
    await put(await open(factory), 'a', new Map([[1, 'one']]))
    await close(factory)
    expect(await get(await open(factory), 'a')).toEqual(new Map([[1, 'one']]))
    await close(factory)
  })

  test('is one for all factories on the directory, which must have the same options', async () => {
    const path = newPath()
    const [one, other] = [createIndexedDB({ path, worker }), createIndexedDB({ path, worker })]
    await put(await open(one), 'a', 1)
    expect(await get(await open(other), 'a')).toBe(1)
    expect(() => createIndexedDB({ path, worker, durability: 'strict' })).toThrow(TypeError)
    await Promise.all([close(one), close(other)])
    await close(createIndexedDB({ path, worker, durability: 'strict' }))
  })

  test('and this thread do not share a directory in use: the error names the option', async () => {
    const path = newPath()
    for (const [used, conflict] of [
      [{ path, worker }, /worker: "?file:.* there, false here/],
      [{ path }, /worker: false there, "?file:.* here/],
    ] as const) {
      const other = 'worker' in used ? { path } : { path, worker }
      const [user, early] = [createIndexedDB(used), createIndexedDB(other)]
      const database = await open(user)
      const facts = { code: 'ERR_IDB_OPTIONS_CONFLICT', path }
      const message = expect.stringMatching(conflict)
      const late = expect.objectContaining({ name: 'TypeError', message, ...facts })
      expect(() => createIndexedDB(other)).toThrow(late as Error)
      const cause = expect.objectContaining(facts)
      await expect(early.databases()).rejects.toMatchObject({
        name: 'UnknownError',
        message,
        cause,
      })
      database.close()
      await close(user)
    }
  })

  test('takes over from this thread, and back, once that has closed', async () => {
    const path = newPath()
    const [here, there] = [createIndexedDB({ path }), createIndexedDB({ path, worker })]
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      ;(await open(from)).close()
      await from.databases() // Until then the connection may be closing.
      const closed = close(from)
      expect(await to.databases()).toHaveLength(1)
      await Promise.all([closed, close(to)])
    }
  })

  test('has onWarning hear of a failed open() that nobody listens to', async () => {
    let hear: (warning: Error) => void = () => {}
    const heard = new Promise<Error>((resolve) => (hear = resolve))
    const factory = createIndexedDB({ path: newPath(), worker, onWarning: (it) => hear(it) })
    const second = factory.open('versions', 2)
    await new Promise((resolve) => (second.onsuccess = resolve))
    second.result.close()
    factory.open('versions', 1)
    expect((await heard).message).toMatch(/^Opening database "versions" failed, .*version 2/)
    await close(factory)
  })

  test('keeps to the quota', async () => {
    const factory = createIndexedDB({ path: newPath(), worker, quotaBytes: 1024 * 1024 })
    const database = await open(factory)
    const tooMuch = put(database, 'a', new Uint8Array(1024 * 1024))
    await expect(tooMuch).rejects.toMatchObject({ name: 'QuotaExceededError' })
    await put(database, 'a', 'small')
    expect(await get(database, 'a')).toBe('small')
    await close(factory)
  })

  test('owns the directory: this thread is refused it', async () => {
    const path = newPath()
    const factory = createIndexedDB({ path, worker })
    await open(factory)
    const owner = expect.objectContaining({ pid: process.pid }) as unknown
    await expect(nodeFs().directory(path).lock(0)).rejects.toMatchObject({ code: 'ELOCKED', owner })
    await close(factory)
  })

  test('that cannot be started fails requests by saying so', async () => {
    const missing = new URL('missing.mjs', worker)
    const factory = createIndexedDB({ path: newPath(), worker: missing })
    await expect(open(factory)).rejects.toMatchObject({
      name: 'UnknownError',
      message: expect.stringMatching(/worker .* failed: .*missing\.mjs/),
    })
  })

  test('cannot host a VFS object of this thread', () => {
    expect(() => createIndexedDB({ vfs: memory(), worker: true })).toThrow(/serve\(\)/)
  })
})

describe('a port to the owner', () => {
  test('shares its databases', async () => {
    const owner = createIndexedDB({ vfs: memory() })
    const [port1, port2] = portPair()
    serve(port1, owner)
    await put(await open(createIndexedDB({ port: port2 })), 'a', 'over the port')
    expect(await get(await open(owner), 'a')).toBe('over the port')
    port1.close()
    await close(owner)
  })

  test.each(['next', 'nextunique', 'prev', 'prevunique'] as const)(
    'takes a cursor with direction %s to the keys it seeks, as in the thread itself',
    async (direction) => {
      const owner = createIndexedDB({ vfs: memory() })
      const [port1, port2] = portPair()
      serve(port1, owner)
      const request = owner.open('seek', 1)
      request.onupgradeneeded = () => {
        const store = request.result.createObjectStore('s')
        store.createIndex('i', 'group')
        for (let key = 0; key < 300; key++) store.put({ group: Math.floor(key / 3) }, key)
      }
      await new Promise((resolve) => (request.onsuccess = resolve))
      const seen = await soughtBy(owner, direction)
      expect(seen.length).toBeGreaterThan(8)
      expect(await soughtBy(createIndexedDB({ port: port2 }), direction)).toEqual(seen)
      port1.close()
      await close(owner)
    },
  )

  test('answers a cursor that goes on from what it has read after what was asked before it', async () => {
    const owner = createIndexedDB({ vfs: memory() })
    const [port1, port2] = portPair()
    serve(port1, owner)
    const database = await open(createIndexedDB({ port: port2 }))
    for (const key of ['a', 'b', 'c']) await put(database, key, `value of ${key}`)
    const store = database.transaction('values', 'readwrite').objectStore('values')
    const log: unknown[] = []
    const note = (what: string) => () => log.push(what)
    const request = store.openCursor()
    await new Promise<void>((resolve) => {
      request.onsuccess = () => {
        const cursor = request.result
        log.push(cursor ? cursor.value : 'end')
        if (!cursor) return resolve()
        cursor.delete().onsuccess = note('deleted')
        cursor.continue()
        store.count().onsuccess = note('counted')
      }
    })
    // The last read asks the owner anew, and is answered like the rest in the order of the requests.
    const step = ['deleted', 'value of b', 'counted', 'deleted', 'value of c', 'counted', 'deleted']
    expect(log).toEqual(['value of a', ...step, 'end'])
    expect(await get(database, 'b')).toBe(undefined)
    port1.close()
    await close(owner)
  })

  test('is the only option', () => {
    const [port] = portPair()
    expect(() => createIndexedDB({ port, path: 'x' })).toThrow(
      /"path" cannot be combined with "port"/,
    )
    port.close()
  })

  test('has to be a port', () => {
    const noPort = {} as unknown as MessagePort // as script that is not checked may say
    expect(() => createIndexedDB({ port: noPort })).toThrow(TypeError)
    expect(() => serve(noPort, createIndexedDB({ vfs: memory() }))).toThrow(TypeError)
  })

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['an object', {}],
    ['globalThis', globalThis],
  ])('serves a factory, and not %s', (_title, factory) => {
    const [port] = portPair()
    // As script that is not checked may call it.
    const call = (): void => serve(port, factory as unknown as IDBFactory)
    expect(call).toThrow(/^serve\(port, factory\) needs a factory/)
    expect(call).toThrow(expect.objectContaining({ name: 'TypeError', option: 'factory' }) as Error)
    port.close()
  })

  test('close() rejects for anything else', async () => {
    await expect(close({} as IDBFactory)).rejects.toThrow(/^close\(factory\) needs a factory/)
  })

  test.each<[string, (factory: IDBFactory) => unknown]>([
    ['what inherits from a factory', (factory) => Object.create(factory)],
    ['a proxy of a factory', (factory) => new Proxy(factory, {})],
    ['a revoked proxy', revokedProxy],
  ])('%s is none, and the error says what is wanted', async (_, make) => {
    const [port] = portPair()
    const given = make(createIndexedDB({ vfs: memory() })) as IDBFactory // as script may give it
    const known = { name: 'TypeError', code: 'ERR_IDB_INVALID_OPTION', option: 'factory' }
    const wanted = /^(?:close|serve)\(.*\) needs a factory that .* has returned, got an? /
    const refusals = [await settled(() => close(given)), await settled(() => serve(port, given))]
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ ...known, message: expect.stringMatching(wanted) as string })
    }
    port.close()
  })

  test('a factory on a port has an onWarning of its own', async () => {
    const [served, port] = portPair()
    const owner = createIndexedDB({ vfs: failingVfs, path: 'd', onWarning: () => {} })
    serve(served, owner)
    const warning = new Promise<Error>((onWarning) => {
      createIndexedDB({ port, onWarning }).open('a')
    })
    expect(await warning).toMatchObject({
      message: expect.stringMatching(/has no listener for "error": no disk today$/) as string,
      cause: { code: 'ERR_IDB_IO' },
    })
    served.close()
  })
})

/** A VFS that no directory can be taken of. */
const failingVfs: Vfs = {
  ...memory(),
  directory: (path) => ({
    ...memory().directory(path),
    identity: path,
    lock: () => Promise.reject(new VfsError('EIO', 'no disk today')),
    close: async () => {},
  }),
}

function revokedProxy(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** What the call throws or rejects with. */
async function settled(call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    return error
  }
}

function portPair(): [MessagePort, MessagePort] {
  const { port1, port2 } = new MessageChannel()
  return [port1, port2] as unknown as [MessagePort, MessagePort] // Node's do what the web's do
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open('a', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('values')
  return resultOf(request)
}

function put(database: IDBDatabase, key: string, value: unknown): Promise<unknown> {
  return resultOf(database.transaction('values', 'readwrite').objectStore('values').put(value, key))
}

function get(database: IDBDatabase, key: string): Promise<unknown> {
  return resultOf(database.transaction('values').objectStore('values').get(key))
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('no error given'))
  })
}

/** Where cursors over a store and its index come to that seek keys and primary keys far apart. */
async function soughtBy(factory: IDBFactory, direction: IDBCursorDirection): Promise<unknown[]> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = factory.open('seek')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const store = database.transaction('s').objectStore('s')
  const goals = [10, 40, 41.5, 90]
  const log: unknown[] = []
  for (const source of [store, store.index('i')]) {
    const ordered = direction.startsWith('next') ? [...goals] : [...goals].reverse()
    await new Promise<void>((resolve, reject) => {
      const request = source.openCursor(null, direction)
      request.onerror = () => reject(request.error)
      request.onsuccess = () => {
        const cursor = request.result
        log.push(cursor && [cursor.key, cursor.primaryKey])
        const goal = ordered.shift()
        if (!cursor || goal === undefined) resolve()
        else if (source !== store && !direction.endsWith('unique') && ordered.length % 2 === 0) {
          cursor.continuePrimaryKey(goal, goal * 3 + 1)
        } else cursor.continue(goal)
      }
    })
  }
  return log
}
