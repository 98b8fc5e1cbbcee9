/** What a page has noted as it went, at the owners that come after it. */
import { expect, test } from 'vitest'
import { createHost } from '../../../src/host/host.ts'
import { NoteDesk, type NoteDeskParts } from '../../../src/membership/browser/parting/note-desk.ts'
import { noteOf } from '../../../src/membership/browser/parting/note.ts'
import type { Parting } from '../../../src/membership/session/services.ts'
import type { CommitMark, Host, SchemaChange } from '../../../src/protocol/protocol.ts'
import { createStores, open, outcomeOf, put, scan, store, Tester } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'

const mark: CommitMark = { client: 'page', slot: 0, number: 1 }
const renaming: SchemaChange = { type: 'renameObjectStore', storeId: 1, name: 'other' }

test('a note is executed once, by however many owners', async () => {
  const { storage, stateOf } = await fixture()
  for (let owners = 0; owners < 3; owners++) {
    const host = createHost({ storage, durability: 'relaxed' })
    await executed(host)
    if (owners === 0) await write(host, 2)
    await host.close()
  }
  expect(await stateOf(1)).toBe(2)
})

test('what the worker of the page had committed is not executed', async () => {
  const { storage, stateOf } = await fixture()
  const host = createHost({ storage, durability: 'relaxed' })
  await write(host, 1, mark)
  await write(host, 2)
  await executed(host)
  await host.close()
  expect(await stateOf(1)).toBe(2)
})

test('the note of a client that is there waits until it has left', async () => {
  const { storage, stateOf } = await fixture()
  const host = createHost({ storage, durability: 'relaxed' })
  const seated = new Set([mark.client])
  const desk = deskOf(host, { isSeated: (id) => seated.has(id) })
  desk.take({ key: 'a', note: note(1) })
  await desk.executed
  expect(desk.over).toEqual([])
  seated.clear()
  desk.left(mark.client)
  await desk.idle
  expect(desk.over).toEqual(['a'])
  await host.close()
  expect(await stateOf(1)).toBe(1)
})

test('what its client has taken back is not executed, nor what the owner itself noted', async () => {
  const { storage, stateOf } = await fixture()
  const host = createHost({ storage, durability: 'relaxed' })
  await write(host, 2)
  const seated = new Set([mark.client])
  const desk = deskOf(host, { isSeated: (id) => seated.has(id) })
  desk.take({ key: 'a', note: note(1) })
  seated.clear()
  desk.left(mark.client)
  desk.drop('a')
  await desk.idle
  const own = deskOf(host, { own: mark.client })
  own.take({ key: 'a', note: note(1) })
  await own.idle
  await host.close()
  expect(await stateOf(1)).toBe(2)
})

test('a desk that is closed leaves what it has to the next owner', async () => {
  const { storage, stateOf } = await fixture()
  const host = createHost({ storage, durability: 'relaxed' })
  const seated = new Set([mark.client])
  const desk = deskOf(host, { isSeated: (id) => seated.has(id) })
  desk.take({ key: 'waits', note: note(1) })
  desk.take({ key: 'taken', note: note(2, { mark: { ...mark, client: 'other' } }) })
  desk.close()
  seated.clear()
  desk.left(mark.client)
  desk.take({ key: 'late', note: note(3) })
  await new Promise((resolve) => setTimeout(resolve, 100))
  await desk.executed
  await host.close()
  expect(desk.over).toEqual([])
  expect(await stateOf(1)).toBe(undefined)
})

test.each<[title: string, parts: Partial<Parting>]>([
  ['an object store that is not there', { storeIds: [1, 7] }],
  ['an operation out of scope', { operations: [put(1, [1], { storeId: 7 })] }],
  ['a key that is none', { operations: [{ ...put(1, [1]), key: Uint8Array.of(9, 9, 9) }] }],
  ['a change of the schema', { operations: [{ type: 'changeSchema', change: renaming }] }],
])('a note with %s is dropped, and its connection closed', async (_title, parts) => {
  const { storage, stateOf } = await fixture()
  const host = createHost({ storage, durability: 'relaxed' })
  const desk = deskOf(host)
  desk.take({ key: 'a', note: note(1, parts) })
  await desk.idle
  expect(desk.over).toEqual(['a'])
  expect(host.load()).toMatchObject([{ connections: 0 }])
  await host.close()
  expect(await stateOf(1)).toBe(undefined)
})

test('a client is let in only after its note is executed', async () => {
  const { storage } = await fixture()
  const host = createHost({ storage, durability: 'relaxed' })
  const desk = deskOf(host)
  desk.take({ key: 'a', note: note(1) })
  await desk.executedOf(mark.client)
  expect(await outcomeOf(host, 'db', mark)).toBe('committed')
  await host.close()
})

test('what is no note is dropped, and so is one whose database is gone', async () => {
  const { storage } = await fixture()
  const host = createHost({ storage, durability: 'relaxed' })
  const desk = deskOf(host)
  const texts = ['', '{}', '{"contents":1}', '{"contents":{"base64":"?"}}', note(1, { version: 9 })]
  for (const [key, text] of texts.entries()) desk.take({ key: String(key), note: text })
  desk.take({ key: 'none', note: note(1, { name: 'none' }) })
  await desk.idle
  expect(desk.over.toSorted()).toEqual(['0', '1', '2', '3', '4', 'none'])
  await host.close()
})

/** A desk that notes which notes are over. */
function deskOf(host: Host, parts: Partial<NoteDeskParts> = {}): NoteDesk & { over: string[] } {
  const over: string[] = []
  const isSeated = () => false
  const desk = new NoteDesk({
    host,
    own: 'owner',
    isSeated,
    over: (key) => over.push(key),
    ...parts,
  })
  return Object.assign(desk, { over })
}

/** A database with one store, and what is at its keys. */
async function fixture() {
  const storage = new ModelDirectory()
  const host = createHost({ storage, durability: 'relaxed' })
  const connection = await open(host, 'db', { changes: createStores(store(1)) })
  connection.close()
  await host.close()
  const stateOf = async (key: number): Promise<number | undefined> => {
    const reading = createHost({ storage, durability: 'relaxed' })
    const tester = new Tester(await open(reading, 'db'), { mode: 'readonly' })
    const { records } = await tester.execute(scan())
    await tester.commit()
    await reading.close()
    const encoded = [...(put(key).key ?? [])]
    return records.find((it) => it.key.join() === encoded.join())?.value[0]
  }
  return { storage, stateOf }
}

/** Puts that value at key 1. */
async function write(host: Host, value: number, mark?: CommitMark): Promise<void> {
  const connection = await open(host, 'db')
  const tester = new Tester(connection)
  await tester.execute(put(1, [value]))
  await tester.commit(0, mark)
  connection.close()
}

/** The note of `note(1)`, by a desk of its own. */
async function executed(host: Host): Promise<void> {
  const desk = deskOf(host)
  desk.take({ key: 'a', note: note(1) })
  await desk.executed
}

/** Of a transaction that puts that value at key 1. */
function note(value: number, parts: Partial<Parting> = {}): string {
  const operations = [put(1, [value])]
  const scope = { storeIds: [1], durability: 'relaxed' } as const
  return noteOf({ name: 'db', version: 1, ...scope, operations, mark, ...parts })
}
