/** What anything that may read a directory can learn of those who use it. */
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { close, createIndexedDB } from '../../../src/index.ts'
import { peerHosting } from '../../../src/hosting/peer-hosting.ts'
import { thisRelease } from '../../../src/hosting/this-release.ts'
import { threadsOf } from '../../../src/hosting/in-thread.ts'
import type { Found, FoundOwner } from '../../../src/membership/peer.ts'
import { newCounts } from '../../../src/membership/session/reasons.ts'
import { completeOptions } from '../../../src/options/options.ts'
import { platform } from '../../../src/platform/node.ts'
import { connectHost } from '../../../src/port/client.ts'
import { status } from '../../../src/status.ts'
import { listDatabases } from '../../kit/host-client.ts'

let path = ''
const found: Found[] = []

beforeEach(() => {
  path = fs.mkdtempSync(join(os.tmpdir(), 'status-'))
})
afterEach(async () => {
  for (const one of found.splice(0).reverse()) await one.leave()
  fs.rmSync(path, { recursive: true })
})

async function takePart(client: string): Promise<Found> {
  const settings = completeOptions({ path, onWarning: () => {} }, platform)
  const threads = threadsOf(platform)
  const peer = platform.peerOf(settings, peerHosting(settings, platform, threads))
  if (!peer) throw new Error('there is nowhere to be met')
  const { signal } = new AbortController()
  const one = await peer.look({ client, returning: null, signal })
  found.push(one)
  return one
}

test('a directory that nothing has is free, and asking leaves nothing in it', async () => {
  expect(await status(path)).toEqual({ state: 'free' })
  expect(await status(join(path, 'missing'))).toEqual({ state: 'free' })
  expect(fs.readdirSync(path)).toEqual([])
})

test('an owner that shares with no one is named, with the reason', async () => {
  const factory = createIndexedDB({ path, ifLocked: 'throw' })
  await factory.databases()
  expect(await status(path)).toMatchObject({
    state: 'owned',
    owner: { pid: process.pid },
    reason: expect.stringContaining("ifLocked: 'throw'") as string,
  })
  await close(factory)
  expect(await status(path)).toEqual({ state: 'free' })
})

test.skipIf(process.platform === 'win32')(
  'an owner that shares says who is there, and does not count the one that asks',
  async () => {
    const owner = await takePart('owner'.padEnd(16, '0'))
    const { version, protocol } = thisRelease
    const shared = { state: 'shared', owner: { pid: process.pid, version, protocol } }
    expect(await status(path)).toMatchObject({ ...shared, clients: [], databases: [] })
    const client = 'client'.padEnd(16, '0')
    await takePart(client)
    const seen: (readonly string[])[] = []
    if (owner.type === 'own') owner.onClients((now) => seen.push(now))
    const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string
    const clients = [{ id: client, pid: process.pid, thread: 0, since }]
    expect(await status(path)).toMatchObject({ ...shared, clients })
    expect(seen).toEqual([[client]])
  },
)

test.skipIf(process.platform === 'win32')(
  'what earlier changes of owner have cost is the sum of what all threads there have told last',
  async () => {
    const owner = await takePart('owner'.padEnd(16, '0'))
    const client = await takePart('client'.padEnd(16, '0'))
    const counts = { ...newCounts(), replayed: 2, settled: 1 }
    if (owner.type === 'own') owner.tally?.({ ...counts, differed: 4 })
    const host = connectHost((client as FoundOwner).port)
    host.tally({ ...counts, own: 7 })
    host.tally({ ...counts, own: 8, replayed: 3 })
    await listDatabases(host)
    const aborted = { tooLong: 0, differed: 4, disconnected: 0, unknown: 0, own: 8 }
    const survival = { survived: 7, replayed: 5, aborted }
    expect(await status(path)).toMatchObject({ state: 'shared', survival })
  },
)

test.skipIf(process.platform === 'win32')(
  'the databases in use are told with what runs and waits there, as long as they are',
  async () => {
    const factory = createIndexedDB({ path, ifLocked: 'share', explain: false })
    const database = await opened(factory, 'books', 3)
    const first = database.transaction('shelf', 'readwrite')
    const second = database.transaction('shelf', 'readwrite')
    database.transaction('shelf')
    const keepsGoing = keepActive(first)
    const deletion = factory.deleteDatabase('books')
    const deleted = new Promise((resolve) => (deletion.onsuccess = resolve))
    await new Promise((resolve) => (database.onversionchange = resolve))
    expect(await status(path)).toMatchObject({
      state: 'shared',
      clients: [],
      databases: [
        { name: 'books', version: 3, connections: 1, requests: 1, running: 1, waiting: 2 },
      ],
    })
    keepsGoing.stop()
    await new Promise((resolve) => (second.oncomplete = resolve))
    database.close()
    await deleted
    await close(factory)
    expect(await status(path)).toEqual({ state: 'free' })
  },
)

/** Opens it with a store of that name. */
function opened(factory: IDBFactory, name: string, version: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, version)
    request.onupgradeneeded = () => request.result.createObjectStore('shelf')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error!)
  })
}

/** Asks one thing after the other in the transaction, until it is stopped. */
function keepActive(transaction: IDBTransaction): { stop(): void } {
  let isStopped = false
  const ask = (): void => {
    if (!isStopped) transaction.objectStore('shelf').get(1).onsuccess = ask
  }
  ask()
  return { stop: () => (isStopped = true) }
}

test('a path that is no string is refused', async () => {
  await expect(status(5 as unknown as string)).rejects.toThrow(TypeError)
})
