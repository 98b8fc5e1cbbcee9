/** What a page has noted as it went, at the owners that come after it. */
import { expect, test } from 'vitest'
import { createHost } from '../../../src/host/host.ts'
import { executeNotes, noteOf } from '../../../src/membership/browser/notes.ts'
import { writeCall } from '../../../src/port/codec.ts'
import { ParcelWriter } from '../../../src/port/parcel.ts'
import type { CommitMark, Host } from '../../../src/protocol/protocol.ts'
import { createStores, open, outcomeOf, put, scan, store, Tester } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'

const mark: CommitMark = { client: 'page', slot: 0, number: 1 }

test('a note is executed once, by however many owners', async () => {
  const { storage, stateOf } = await fixture()
  for (let owners = 0; owners < 3; owners++) {
    const host = createHost({ storage, durability: 'relaxed' })
    await executeNotes(host, [note(1)])
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
  await executeNotes(host, [note(1)])
  await host.close()
  expect(await stateOf(1)).toBe(2)
})

test('the mark of a note is forgotten once the note is removed', async () => {
  const { storage } = await fixture()
  const host = createHost({ storage, durability: 'relaxed' })
  const removed = await executeNotes(host, [note(1)])
  expect(await outcomeOf(host, 'db', mark)).toBe('committed')
  removed()
  await write(host, 2)
  expect(await outcomeOf(host, 'db', mark)).toBe('absent')
})

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

/** Of a transaction that puts that value at key 1. */
function note(value: number): string {
  const writer = new ParcelWriter()
  const place = { connection: 1, storeIds: [1], mode: 'readwrite', durability: 'default' } as const
  writeCall({ type: 'createTransaction', id: 2, ...place, resumes: false }, writer)
  writeCall({ type: 'execute', id: 2, operation: put(1, [value]) }, writer)
  writeCall({ type: 'commit', id: 2, failuresSeen: 0, mark }, writer)
  return noteOf({ name: 'db', version: 1, client: mark.client }, writer.take().parcel)
}
