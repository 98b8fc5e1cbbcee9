/** Connections that stay up, and whose answers do not come. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { serverSettings } from '../../../src/remote/options.ts'
import type { PostgresOptions } from '../../../src/remote/entry.ts'
import { sqlOn } from '../../../src/remote/sql/sql.ts'
import { Connector } from '../../../src/remote/wire/connect.ts'
import { type FindUnused, Silence } from '../../../src/remote/wire/silence.ts'
import { numberIn } from '../../../src/remote/wire/statement.ts'
import type { Wire } from '../../../src/remote/wire/wire.ts'
import { askServer } from '../../kit/ask-server.ts'
import { turn } from '../../kit/host-client.ts'
import { startProxy } from '../../kit/postgres-proxy.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

const idleMs = vi.hoisted(() => 1_500)
vi.mock('../../../src/remote/options.ts', async (importOriginal) => {
  const { withIdleMs } = await import('../../kit/with-idle-ms.ts')
  return withIdleMs(await importOriginal(), idleMs)
})
vi.mock('../../../src/remote/session/lease.ts', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  renewMs: 200,
}))

/** After how many silent looks the server is asked. */
const patience = 6

/** A connection from which an answer is awaited. */
function awaitedWire(serverProcess: number | null = 1) {
  const wire = { serverProcess, isIdle: false, receivedBytes: 0, isLost: false, cutOff }
  function cutOff(): void {
    wire.isLost = true
  }
  return wire
}

/** Looks that often, the first time included; who is asked has answered after each. */
async function lookAt(silence: Silence, wire: ReturnType<typeof awaitedWire>, count: number) {
  for (let i = 0; i < count; i++) {
    silence.look([wire as unknown as Wire]) // Nothing else of it is asked for.
    await turn()
  }
}

/** A server that says that what it is asked for is unused, or none of it; it notes what. */
function steeredServer(isUnused: boolean) {
  const asked: (readonly number[])[] = []
  const find: FindUnused = (processes) => {
    asked.push(processes)
    return Promise.resolve(new Set(isUnused ? processes : []))
  }
  return { asked, find }
}

test('a connection whose process at the server has nothing to do ends once the server was asked', async () => {
  const { asked, find } = steeredServer(true)
  const [silence, wire] = [new Silence(patience, find), awaitedWire(7)]
  await lookAt(silence, wire, patience)
  expect([asked, wire.isLost]).toEqual([[], false])
  await lookAt(silence, wire, 1)
  expect([asked, wire.isLost]).toEqual([[[7]], true])
})

test('one whose process is at work goes on, however long that takes', async () => {
  const { asked, find } = steeredServer(false)
  const [silence, wire] = [new Silence(patience, find), awaitedWire(7)]
  await lookAt(silence, wire, 10 * (patience + 1))
  expect([asked.length, wire.isLost]).toEqual([10, false])
})

test('one over which something comes, or from which nothing is awaited, is not asked about', async () => {
  const { asked, find } = steeredServer(true)
  const [silence, wire] = [new Silence(patience, find), awaitedWire()]
  for (const change of [{ receivedBytes: 1 }, { isIdle: true }, { isIdle: false }]) {
    await lookAt(silence, wire, patience)
    Object.assign(wire, change)
  }
  expect([asked, wire.isLost]).toEqual([[], false])
})

test('one whose answer comes while the server is asked goes on', async () => {
  const wire = awaitedWire()
  const silence = new Silence(patience, (processes) => {
    wire.receivedBytes++
    return Promise.resolve(new Set(processes))
  })
  await lookAt(silence, wire, patience + 1)
  expect(wire.isLost).toBe(false)
})

test('one ends after as long again where the server says nothing either', async () => {
  const [silence, wire] = [new Silence(patience, () => Promise.reject(new Error())), awaitedWire()]
  await lookAt(silence, wire, 2 * patience)
  expect(wire.isLost).toBe(false)
  await lookAt(silence, wire, 1)
  expect(wire.isLost).toBe(true)
})

test('one of a pooler, whose process may be another for each transaction, is left alone', async () => {
  const { asked, find } = steeredServer(true)
  const [silence, wire] = [new Silence(patience, find), awaitedWire(null)]
  await lookAt(silence, wire, 3 * patience)
  expect([asked, wire.isLost]).toEqual([[], false])
})

onServer('answers that do not come', ({ connectionString, factory }) => {
  const connect = (): Promise<Wire> =>
    new Connector(serverSettings({ connectionString: connectionString() }).reaching).connect()

  const ask = (text: string) => askServer(connectionString(), text)

  test('the server tells processes that are gone, or idle for that long, from those that wait for a lock', async () => {
    const [asking, holder, waiter, gone] = await Promise.all([
      connect(),
      connect(),
      connect(),
      connect(),
    ])
    const wires = [asking, holder, waiter, gone]
    const processes = wires.map(({ serverProcess }) => serverProcess ?? 0)
    await holder.ask({ text: 'SELECT pg_advisory_lock(18)' })
    const waiting = waiter.ask({ text: 'SELECT pg_advisory_lock(18)' })
    await ask(`SELECT pg_terminate_backend(${processes[3]}, 10000)`)
    const state = `SELECT wait_event FROM pg_stat_activity WHERE pid = ${processes[2]}`
    await expect.poll(() => ask(state)).toEqual([['advisory']])
    const unused = async (ms: number): Promise<number[]> => {
      const rows = await asking.ask(sqlOn('any').sessions.findUnused, [processes, ms])
      return rows.map((row) => processes.indexOf(numberIn(row, 0))).sort()
    }
    expect(await unused(0)).toEqual([1, 3])
    expect(await unused(3_600_000)).toEqual([3])
    await holder.ask({ text: 'SELECT pg_advisory_unlock(18)' })
    await waiting
    await Promise.all([asking, holder, waiter].map((wire) => wire.end()))
  })

  /** One that does not say what it waits for, or of standbys. */
  const quietFactory = (options?: Partial<PostgresOptions>): Promise<IDBFactory> =>
    factory(options, () => {})

  /** A database with an object store that has been used over a proxy, whose first connection is the one for messages. */
  const openedOnProxy = async () => {
    const proxy = await startProxy(connectionString())
    const indexedDB = await factory({ connectionString: proxy.connectionString })
    const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    return { proxy, database }
  }

  /** The keys in it, as another process has them once it was upgraded there. */
  const keysAfterUpgrade = async (): Promise<IDBValidKey[]> => {
    const other = await openDatabase(await quietFactory(), () => {}, { version: 2 })
    return resultOf(other.transaction('s').objectStore('s').getAllKeys())
  }

  test('a commit whose answer does not come completes, and an upgrade elsewhere goes on', async () => {
    const { proxy, database } = await openedOnProxy()
    database.onversionchange = () => database.close()
    proxy.swallow(1)
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').put('kept', 'k')
    const completed = completion(transaction)
    expect(await keysAfterUpgrade()).toEqual(['k'])
    await completed
    await proxy.close()
  })

  test('a transaction whose answers do not come any more aborts, and an upgrade elsewhere goes on', async () => {
    const { proxy, database } = await openedOnProxy()
    database.onversionchange = () => database.close()
    const transaction = database.transaction('s', 'readwrite')
    const aborted = expect(completion(transaction)).rejects.toMatchObject({
      cause: { code: 'ERR_IDB_OWNER_LOST' },
    })
    const store = transaction.objectStore('s')
    store.put('lost', 'k').onsuccess = () => {
      proxy.swallow(1)
      store.get('k').onsuccess = () => {}
    }
    await aborted
    expect(await keysAfterUpgrade()).toEqual([])
    await proxy.close()
  })

  test('a process whose messages do not come any more takes another connection for them', async () => {
    const { proxy, database } = await openedOnProxy()
    database.onversionchange = () => database.close()
    proxy.swallow(0, 1)
    expect(await keysAfterUpgrade()).toEqual([])
    await proxy.close()
  })

  test('a server that takes a connection and says nothing is passed over', async () => {
    const root = await mkdtemp(join(tmpdir(), 'idb-pgs-'))
    const mute = createServer(() => {})
    await new Promise<void>((resolve) => mute.listen(join(root, '.s.PGSQL.5432'), resolve))
    const { setTimeout } = globalThis
    // The limits to its silence come soon.
    vi.stubGlobal('setTimeout', (listener: () => void, ms: number) =>
      setTimeout(listener, Math.min(ms, 500)),
    )
    const place = [`postgres://postgres@/postgres?host=${root}`, connectionString()]
    const options = { connectionString: place }
    const database = await openDatabase(await quietFactory(options), (it) =>
      it.createObjectStore('s'),
    )
    vi.unstubAllGlobals()
    expect([...database.objectStoreNames]).toEqual(['s'])
    database.close()
    mute.close()
    await rm(root, { recursive: true })
  })
})
