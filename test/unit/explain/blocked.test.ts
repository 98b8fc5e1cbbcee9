/** What a request says of the connections in its way, whose thread explains and whose does not. */
import { readFileSync } from 'node:fs'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import {
  close,
  createIndexedDB,
  type IDBBlocker,
  type IDBErrorCause,
  serve,
} from '../../../src/index.ts'
import { blockedBy } from '../../../src/explain/blocked.ts'
import { placeHere } from '../../../src/explain/place.ts'
import { memory } from '../../../vfs/memory.ts'
import { openDatabase } from '../../kit/promises.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A way to one directory. */
function factories() {
  const vfs = memory()
  return (explain: boolean, onWarning: (warning: Error) => void = () => {}) => {
    const factory = createIndexedDB({ vfs, path: 'shared', explain, onWarning })
    ends.push(() => close(factory))
    return factory
  }
}

/** The warning of a deletion at what `make` gives. */
function blockedAt(make: (onWarning: (warning: Error) => void) => IDBFactory): Promise<Error> {
  return new Promise((resolve) => void make(resolve).deleteDatabase('test'))
}

const openedHere: unknown = expect.stringContaining('promises.ts')
const here = { holder: 'here', id: null, pid: null, thread: null }

test('connections of other factories of the thread are named with their places', async () => {
  const factory = factories()
  await openDatabase(factory(true), () => {})
  const warning = await blockedAt((onWarning) => factory(true, onWarning))
  expect(warning.cause).toMatchObject({
    code: 'ERR_IDB_BLOCKED',
    database: 'test',
    opened: [openedHere],
    blockers: [{ ...here, connections: 1, opened: [openedHere] }],
  })
})

test('a blocked event says who is in the way with explain off, too', async () => {
  const factory = factories()
  await openDatabase(factory(false), () => {})
  const event = await new Promise<Event & { cause?: unknown }>((resolve) => {
    factory(false).deleteDatabase('test').onblocked = resolve
  })
  expect(event.cause).toMatchObject({
    code: 'ERR_IDB_BLOCKED',
    database: 'test',
    blockers: [{ ...here, connections: 1, opened: [] }],
  })
})

test('of a factory that does not explain itself they are counted', async () => {
  const factory = factories()
  const silent = factory(false)
  await openDatabase(silent, () => {})
  await openDatabase(silent, () => {})
  const { message, cause } = await blockedAt((onWarning) => factory(true, onWarning))
  expect((cause as IDBErrorCause).blockers).toEqual([{ ...here, connections: 2, opened: [] }])
  expect(message).toBe(
    'Deleting database "test" is blocked: 2 connections are open here; close them, best in a listener of their versionchange event; with the option explain on there, this says where',
  )
})

test('a connection that closes when its transaction has ended is not among those in the way', async () => {
  const factory = factories()
  const explained = factory(true)
  const closing = await openDatabase(explained, (it) => it.createObjectStore('s'))
  const stays = await openDatabase(explained, () => {})
  let isWarned = false
  const store = closing.transaction('s').objectStore('s')
  const goOn = (): void => {
    if (!isWarned) store.get(1).onsuccess = goOn
  }
  goOn()
  closing.close()
  const { cause } = await blockedAt((onWarning) => factory(true, onWarning))
  isWarned = true
  expect((cause as IDBErrorCause).blockers).toMatchObject([{ connections: 1 }])
  stays.close()
})

/** A directory with a connection of the thread that serves it, and one of a realm at a port. */
async function servedOverPort() {
  const factory = factories()
  const serving = factory(true)
  const { port1, port2 } = new MessageChannel()
  ends.push(() => port2.close())
  serve(port1 as unknown as MessagePort, serving)
  const port = port2 as unknown as MessagePort
  await openDatabase(createIndexedDB({ port, explain: true, onWarning: () => {} }), () => {})
  await openDatabase(serving, () => {})
  return { factory, port }
}

test('the thread that serves a port is told where the other end has opened its connections', async () => {
  const { factory } = await servedOverPort()
  const { cause } = await blockedAt((onWarning) => factory(true, onWarning))
  const id: unknown = expect.stringMatching(/^\d+$/)
  expect((cause as IDBErrorCause).blockers).toEqual([
    { ...here, holder: 'port', id, connections: 1, opened: [openedHere] },
    { ...here, connections: 1, opened: [openedHere] },
  ])
})

test('the other end of the port is told where the thread that serves it has', async () => {
  const { port } = await servedOverPort()
  const { cause } = await blockedAt((onWarning) =>
    createIndexedDB({ port, explain: true, onWarning }),
  )
  expect((cause as IDBErrorCause).blockers).toEqual([
    { ...here, connections: 1, opened: [openedHere] },
    { ...here, holder: 'port', connections: 1, opened: [openedHere] },
  ])
})

const blocker = (of: Partial<IDBBlocker>): IDBBlocker => ({
  holder: 'client',
  id: 'k3Jq0sLm2vXaPz41',
  pid: null,
  thread: null,
  connections: 1,
  opened: ['f (a.js:1:2)'],
  ...of,
})

test.each<[Partial<IDBBlocker>, string]>([
  [{ pid: 4712, thread: 0 }, 'a connection is open in process 4712, opened at f (a.js:1:2)'],
  [
    { pid: 4712, thread: 3 },
    'a connection is open in process 4712, thread 3, opened at f (a.js:1:2)',
  ],
  [
    { connections: 3 },
    '3 connections are open in another tab or worker, client k3Jq0sLm2vXaPz41, 1 of them opened at f (a.js:1:2)',
  ],
  [
    { holder: 'owner', id: null, pid: 4711, thread: 0 },
    'a connection is open in process 4711, which owns the storage, opened at f (a.js:1:2)',
  ],
  [
    { holder: 'owner', id: null },
    'a connection is open in the tab or worker that owns the storage, opened at f (a.js:1:2)',
  ],
  [{ holder: 'others', opened: [] }, 'a connection is open elsewhere'],
  [
    { application: 'till-1', address: null, opened: [] },
    'a connection is open in process "till-1"',
  ],
])('%j is told as %j', (of, text) => {
  const { message } = blockedBy({ title: 'Deleting it', database: 'd' }, [blocker(of)])
  const [told, ...advice] = message.replace('Deleting it is blocked: ', '').split('; ')
  expect(told).toBe(text)
  expect(advice[0]).toMatch(
    /^close (it|them), best in a listener of (its|their) versionchange event$/,
  )
})

test('one of a process that may have ended is told with how long it is waited for', () => {
  const gone = blocker({ application: null, address: null, opened: [] })
  const { message } = blockedBy({ title: 'Deleting it', database: 'd' }, [gone])
  expect(message).toBe(
    'Deleting it is blocked: a connection is open in a process that is not connected to the server now; if that has ended, it is waited for no longer than 30 seconds',
  )
})

test('connections of other processes are told as docs/errors.md has it', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const opened = ['main (/app/library.js:3:27)']
  const { message } = blockedBy({ title: 'Opening database "library"', database: 'library' }, [
    blocker({ holder: 'owner', id: null, pid: 4711, thread: 0, opened }),
    blocker({ pid: 4712, thread: 0, connections: 2, opened: [] }),
  ])
  expect(page).toContain(`- with \`explain\`, of other processes: \`${message}\`\n`)
})

test('connections of processes on a server are told as docs/errors.md has it', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const { message } = blockedBy({ title: 'Opening database "library"', database: 'library' }, [
    blocker({ application: 'till-1', address: '10.0.0.5', connections: 2, opened: [] }),
  ])
  expect(page).toContain(`- with \`explain\`, on a PostgreSQL server: \`${message}\`\n`)
})

test('where an owner of an earlier release says nothing, so does the message', () => {
  const { message, cause } = blockedBy({ title: 'Deleting it', database: 'd' })
  expect(message).toContain('a connection is open that is not known here; close it')
  expect(cause).toMatchObject({ opened: [], blockers: [] })
})

test('a place has no letters that a terminal obeys, and not more than others take', () => {
  const { f } = { f: () => placeHere() }
  Object.defineProperty(f, 'name', { value: `\x1b[31m${'n'.repeat(600)}` })
  const { text } = f()
  expect(text).toMatch(/^\?\[31mn+$/)
  expect(text).toHaveLength(500)
})
