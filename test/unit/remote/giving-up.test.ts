/** What waits, without limit, for a server that is gone, when its factory is closed. */
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { close, createIndexedDB } from '../../../src/index.ts'
import { postgres } from '../../../src/remote/entry.ts'
import { startProxy } from '../../kit/postgres-proxy.ts'
import { remoteFactory } from '../../kit/postgres-schema.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

const nowhere = 'postgres://ann@localhost:1/library'

const closed = { name: 'AbortError', cause: { code: 'ERR_IDB_CLOSED' } }

/** Resolves when all have failed because their factory was closed. */
async function allClosed(waiting: readonly Promise<unknown>[]): Promise<void> {
  await Promise.all(waiting.map((it) => expect(it).rejects.toMatchObject(closed)))
}

test('an open fails, and one after that looks for the server anew', async () => {
  const indexedDB = remoteFactory({ connectionString: nowhere, waitMs: Infinity })
  for (let i = 0; i < 2; i++) {
    const refused = expect(resultOf(indexedDB.open('test'))).rejects.toMatchObject({
      name: 'AbortError',
      message:
        'The PostgreSQL server localhost:1 cannot be used: nothing listens there (ECONNREFUSED); its factory was closed, so it is looked for no longer',
      cause: { code: 'ERR_IDB_CLOSED', systemCode: 'ECONNREFUSED', database: 'test' },
    })
    await Promise.all([close(indexedDB), close(indexedDB)])
    await refused
  }
})

test('all requests fail', async () => {
  const indexedDB = remoteFactory({ connectionString: nowhere, waitMs: Infinity })
  const requests = ['test', 'test', 'other'].flatMap((name) => [
    resultOf(indexedDB.open(name)),
    resultOf(indexedDB.deleteDatabase(name)),
  ])
  const refused = allClosed([...requests, indexedDB.databases()])
  await close(indexedDB)
  await refused
})

test('a server that has refused, and then is silent, is not waited for', async () => {
  const { setTimeout } = globalThis
  // None of the limits to a server's silence comes.
  vi.stubGlobal('setTimeout', (listener: () => void, ms: number) =>
    setTimeout(ms < 1_000 ? listener : () => {}, ms),
  )
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // It listens on a port.
  const connectionString = `postgres://ann@127.0.0.1:${port}/library?sslmode=disable`
  const indexedDB = remoteFactory({ connectionString, waitMs: Infinity })
  let count = 0
  const closing = new Promise<void>((resolve) => {
    server.on('connection', (socket) => {
      socket.on('error', () => {})
      if (++count < 3) socket.destroy()
      else resolve(close(indexedDB))
    })
  })
  await allClosed([1, 2].map(() => resultOf(indexedDB.open('test'))))
  await closing
  vi.unstubAllGlobals()
  await new Promise((resolve) => server.close(resolve))
})

onServer('a server that is gone', ({ connectionString, factory, schema }) => {
  test('is waited for as long as another factory on the same host waits', async () => {
    const server = await serverToCome(connectionString())
    const [first, second] = await factoriesOn(server.connectionString)
    const openings = [first, second].map((it) => resultOf(it.open('test')))
    const closing = close(first)
    await notFound(server.connectionString)
    await server.come()
    await Promise.all(openings)
    await Promise.all([closing, close(second)])
    await server.remove()
  })

  test('is waited for by a factory that opens as another is closed', async () => {
    const server = await serverToCome(connectionString())
    const [first, second] = await factoriesOn(server.connectionString)
    const waiting = resultOf(first.open('test'))
    await notFound(server.connectionString)
    const closing = close(first)
    const opening = resultOf(second.open('test'))
    await notFound(server.connectionString)
    await server.come()
    await Promise.all([waiting, opening])
    await Promise.all([closing, close(second)])
    await server.remove()
  })

  test('is not waited for once all factories on the host are being closed', async () => {
    const [first, second] = await factoriesOn(nowhere)
    const refused = allClosed([first, second].map((it) => resultOf(it.open('test'))))
    await Promise.all([close(first), close(second)])
    await refused
  })

  test('is not waited for once those that are not being closed have nothing open', async () => {
    const proxy = await startProxy(connectionString())
    const [first, second] = await factoriesOn(proxy.connectionString)
    const database = await resultOf(first.open('test'))
    await proxy.close()
    const refused = allClosed([resultOf(second.open('test'))])
    const closing = close(second)
    database.close()
    await Promise.all([closing, refused])
    await close(first)
  })

  test('has a transaction that waits for it abort', async () => {
    const { proxy, indexedDB } = await onProxy()
    const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    await proxy.close()
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').put(1, 1)
    const refused = allClosed([completion(transaction)])
    await close(indexedDB)
    await refused
  })

  test('has a transaction whose commit was under way abort, its outcome unknown', async () => {
    const { proxy, indexedDB } = await onProxy()
    const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    await proxy.refuse()
    proxy.cut = 'commit'
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').put(1, 1)
    const aborted = expect(completion(transaction)).rejects.toMatchObject({
      cause: { code: 'ERR_IDB_OUTCOME_UNKNOWN' },
    })
    await close(indexedDB)
    await aborted
    await proxy.close()
  })

  test('has an upgrade that is under way abort', async () => {
    const { proxy, indexedDB } = await onProxy()
    const request = indexedDB.open('test')
    const closing = new Promise<void>((resolve) => {
      request.onupgradeneeded = () => {
        request.result.createObjectStore('s')
        void proxy.close()
        resolve(close(indexedDB))
      }
    })
    await expect(resultOf(request)).rejects.toMatchObject({ name: 'AbortError' })
    await closing
    expect(await (await factory()).databases()).toEqual([])
  })

  test('or stands still, is not waited for by what is left to be told to it', async () => {
    const { proxy, indexedDB } = await onProxy()
    await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    proxy.isSilent = true
    const { setTimeout } = globalThis
    // The limits to its silence come soon.
    vi.stubGlobal('setTimeout', (listener: () => void, ms: number) =>
      setTimeout(listener, Math.min(ms, 100)),
    )
    await close(indexedDB)
    vi.unstubAllGlobals()
    await proxy.close()
  })

  /** A factory whose server can go. */
  async function onProxy() {
    const proxy = await startProxy(connectionString())
    const options = { connectionString: proxy.connectionString, waitMs: Infinity }
    return { proxy, indexedDB: await factory(options) }
  }

  /** Two on the same host. */
  async function factoriesOn(connectionString: string): Promise<[IDBFactory, IDBFactory]> {
    const host = postgres({ connectionString, schema: await schema(), waitMs: Infinity })
    return [createIndexedDB({ host }), createIndexedDB({ host })]
  }
})

/** A server that is not to be found before `come()` is called. */
async function serverToCome(connectionString: string) {
  const target = new URLSearchParams(connectionString.split('?')[1]).get('host')
  if (!target) throw new Error('the server is on no Unix socket')
  const root = await mkdtemp(join(tmpdir(), 'idb-pgc-'))
  const socket = '.s.PGSQL.5432'
  return {
    connectionString: connectionString.replace(target, root),
    come: () => symlink(join(target, socket), join(root, socket)),
    remove: () => rm(root, { recursive: true }),
  }
}

/** Those who have begun to look for it have been refused when that resolves. */
async function notFound(connectionString: string): Promise<void> {
  const indexedDB = remoteFactory({ connectionString, waitMs: 0 })
  await expect(resultOf(indexedDB.open('test'))).rejects.toMatchObject({
    cause: { code: 'ERR_IDB_UNREACHABLE' },
  })
}
