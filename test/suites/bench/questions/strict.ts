/** What does strict durability cost: one by one, and queued? */
import type { Implementation } from '../warm/cases.ts'
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { completionOf, expectSame, openDatabase, resultOf } from '../warm/idb.ts'
import { type Places, loadImplementations } from '../warm/implementations.ts'
import { type Contender, compare, timed } from '../warm/measure.ts'
import type { Ask } from '../question.ts'
import { recordOf } from '../report/records.ts'

const count = 200
const queuedCount = 600

export const ask: Ask = async (places, { filter, rounds }) => {
  const name = 'strict transactions'
  if (!name.includes(filter)) return { rows: [], missing: {} }
  const { available } = await loadImplementations(places)
  const disk = available.find((it) => it.name === 'disk')
  if (!disk) throw new Error('This package on disk does not work')
  const database = await openDatabase(disk.factory, 'strict', (db) => {
    db.createObjectStore('records', { keyPath: 'id' })
  })
  const contenders = [
    floor(places),
    oneByOne(database, 'strict'),
    oneByOne(database, 'relaxed'),
    queued(database),
  ]
  const measurements = await compare(contenders, { warmUps: 4, rounds: rounds ?? 9 }, 'floor')
  database.close()
  for (const implementation of available) await closeOf(implementation)
  const times = new Map(measurements.map(({ name: it, medianMs }) => [it, medianMs]))
  const share = (it: string) => times.get(it) ?? NaN
  const allowed = 1.25 * share('floor') + share('relaxed, awaited')
  return {
    rows: [{ name, count, measurements, baseline: 'floor', goals: [] }],
    missing: {},
    notes: [
      `One by one: ${(share('strict, awaited') / allowed).toFixed(2)} of 1.25 floors and a relaxed one (goal: 1)`,
      `Queued: ${(share('strict, awaited') / share('strict, queued')).toFixed(1)} times faster than one by one (goal: 8)`,
    ],
  }
}

const closeOf = ({ close }: Implementation) => close()

/** The disk's own price: a page written in place, then synced. */
function floor({ scratch }: Places): Contender {
  const page = new Uint8Array(4096).fill(7)
  const descriptor = openSync(join(scratch, 'floor'), 'w')
  for (let i = 0; i < count; i++) writeSync(descriptor, page, 0, page.length, i * page.length)
  process.on('exit', () => closeSync(descriptor))
  return {
    name: 'floor',
    round: () =>
      timed(() => {
        for (let i = 0; i < count; i++) {
          writeSync(descriptor, page, 0, page.length, i * page.length)
          fdatasyncSync(descriptor)
        }
      }),
  }
}

function oneByOne(database: IDBDatabase, durability: IDBTransactionDurability): Contender {
  return {
    name: `${durability}, awaited`,
    round: (round) =>
      timed(async () => {
        for (let i = 0; i < count; i++) await put(database, { id: i, round }, durability)
      }),
  }
}

/** Time for `count` of them, so that the columns compare; what listens is `oncomplete` alone. */
function queued(database: IDBDatabase): Contender {
  return {
    name: 'strict, queued',
    async round(round) {
      const ids = Array.from({ length: queuedCount }, (_, id) => id)
      const ms = await timed(() =>
        Promise.all(ids.map((id) => put(database, { id, round }, 'strict'))),
      )
      const store = database.transaction('records').objectStore('records')
      expectSame(await resultOf(store.count()), queuedCount, 'count')
      return ms * (count / queuedCount)
    },
  }
}

/** A record that is not what is there: one that is stored as it was is hardly written. */
function put(
  database: IDBDatabase,
  { id, round }: { readonly id: number; readonly round: number },
  durability: IDBTransactionDurability,
) {
  const transaction = database.transaction('records', 'readwrite', { durability })
  transaction.objectStore('records').put({ ...recordOf(id), round })
  return completionOf(transaction)
}
