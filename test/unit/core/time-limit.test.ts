/** Calls that end without an exception, as `vm` ends what takes too long: neither `catch` nor `finally` runs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import vm from 'node:vm'
import { afterAll, expect, test } from 'vitest'
import { close, createIndexedDB } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

const directory = mkdtempSync(join(tmpdir(), 'idb-time-limit-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** How often calls are cut off. */
const rounds = Number(process.env['IDB_TEST_ROUNDS'] ?? 40)

const hostings: [title: string, make: () => IDBFactory][] = [
  ['in memory', () => createIndexedDB({ vfs: memory() })],
  ['on disk', () => createIndexedDB({ path: directory, integrityCheck: 'always' })],
]

/** Calls again and again until the time is up. */
function callUntilCutOff(call: () => unknown, timeout: number): void {
  const context = vm.createContext({ call })
  expect(() => vm.runInContext('for (;;) call()', context, { timeout })).toThrow(/timed out/)
}

function calls(store: IDBObjectStore): (() => unknown)[] {
  const { db } = store.transaction
  let count = 0
  return [
    () => store.put({ n: count % 7, text: 'x'.repeat(count % 3000) }, `other ${count++ % 50}`),
    () => store.get('other 1'),
    () => store.getAll(),
    () => db.transaction('s', 'readwrite').objectStore('s').put({ n: 1 }, 'of another'),
    () => db.transaction('s').objectStore('s').get(1),
    () => store.index('i').openCursor(),
  ]
}

test.each(hostings)(
  'calls cut off leave what was acknowledged, and everything goes on, %s',
  async (_title, make) => {
    const factory = make()
    const open = (): Promise<IDBDatabase> =>
      openDatabase(factory, (it) => void it.createObjectStore('s').createIndex('i', 'n'))
    const database = await open()
    const acknowledged: number[] = []
    for (let round = 0; round < rounds; round++) {
      const transaction = database.transaction('s', 'readwrite')
      const store = transaction.objectStore('s')
      store.put({ n: round }, round)
      const ended = completion(transaction).then(
        () => acknowledged.push(round),
        () => {}, // It may be the one that was cut off.
      )
      const all = calls(store)
      callUntilCutOff(all[round % all.length] as () => unknown, 1 + (round % 2))
      await ended
      const next = database.transaction('s', 'readwrite').objectStore('s')
      await resultOf(next.put('after', 'after'))
    }
    await close(factory)
    const reopened = await open()
    const found = await resultOf(reopened.transaction('s').objectStore('s').getAllKeys())
    expect(acknowledged.filter((key) => !found.includes(key))).toEqual([])
    await close(factory)
  },
  240_000,
)
