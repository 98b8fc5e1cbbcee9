import { expect, test, vi } from 'vitest'
import { close, createIndexedDB } from '../../../src/index.ts'
import type { Vfs } from '../../../src/files/vfs.ts'
import { memory } from '../../../vfs/memory.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'
import { faulty } from '../../../src/testing/fault-vfs.ts'

const upgrade = (database: IDBDatabase): void => void database.createObjectStore('notes')

async function openNotes(vfs: Vfs) {
  const indexedDB = createIndexedDB({ vfs, onWarning: () => {} })
  const database = await openDatabase(indexedDB, upgrade, { name: 'test', version: 1 })
  return { indexedDB, database }
}

/** Gives all notes, which lie on several pages, another edition; tells how that ends. */
function write(database: IDBDatabase, edition: number): Promise<string> {
  const transaction = database.transaction('notes', 'readwrite', { durability: 'strict' })
  const notes = transaction.objectStore('notes')
  for (let key = 0; key < 20; key++) notes.put({ edition, text: 'x'.repeat(1_000) }, key)
  return new Promise((resolve) => {
    transaction.addEventListener('complete', () => resolve('complete'))
    transaction.addEventListener('abort', () => resolve(transaction.error?.name ?? 'abort'))
  })
}

/** Of every note. */
async function editions(database: IDBDatabase): Promise<number[]> {
  const notes = await resultOf(database.transaction('notes').objectStore('notes').getAll())
  return notes.map(({ edition }) => edition)
}

async function editionsAfterCut(left: Vfs): Promise<number[]> {
  // Stands for a disk, as before.
  const { indexedDB, database } = await openNotes({ ...left, isPersistent: true })
  const found = await editions(database)
  await close(indexedDB)
  return found
}

/** Before the first edition there are no notes. */
const all = (edition: number): number[] =>
  Array.from({ length: edition === 0 ? 0 : 20 }, () => edition)

test.each([
  ["a new file's first", 0, 1, 'EIO', 'UnknownError'],
  ["a log's first", 2, 1, 'EIO', 'UnknownError'],
  ["a log's first on a full disk", 2, 1, 'ENOSPC', 'QuotaExceededError'],
  ["a log's second", 2, 2, 'EIO', 'UnknownError'],
])(
  'a sync that the system has failed and forgotten loses and tears nothing: %s',
  async (_, count, nth, code, error) => {
    const vfs = faulty(memory())
    // What it says is in the file before, and not in the log.
    if (count > 0) {
      const { indexedDB, database } = await openNotes(vfs)
      for (let edition = 1; edition <= count; edition++) {
        expect(await write(database, edition)).toBe('complete')
      }
      await close(indexedDB)
    }
    const first = await openNotes(vfs)
    const closed = vi.fn()
    first.database.addEventListener('close', closed)
    const cuts: Vfs[] = []
    const cut = (): void => {
      for (const { vfs: left } of vfs.crashStates([1, 2, 3])) cuts.push(left)
    }
    vfs.inject({ faults: [{ on: 'sync', nth, code, effect: 'forgotten' }], onCall: cut })
    expect(await write(first.database, count + 1)).toBe(error)
    await close(first.indexedDB)
    const second = await openNotes(vfs)
    const [edition = 0] = await editions(second.database)
    const possible = [all(count), all(count + 1)]
    for (const left of cuts.splice(0)) expect(possible).toContainEqual(await editionsAfterCut(left))
    expect([count, count + 1]).toContain(edition)
    expect(closed).toHaveBeenCalledOnce()

    expect(await write(second.database, 9)).toBe('complete')
    cuts.length = 0
    await close(second.indexedDB)
    expect(cuts).not.toHaveLength(0)
    for (const left of cuts) expect(await editionsAfterCut(left)).toEqual(all(9))
  },
)
