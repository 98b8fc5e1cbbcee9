/** Does the time to fork a seeded test world depend on its size? */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TestWorld } from '../../../../src/testing.ts'
import { completionOf, expectSame, openDatabase, resultOf } from '../warm/idb.ts'
import type { Row } from '../warm/cases.ts'
import { type Contender, compare, timed } from '../warm/measure.ts'
import type { Ask } from '../question.ts'

const sizesMiB = [1, 10, 100]
const count = 100
const value = new Uint8Array(1024 * 1024).fill(7)

interface Seeded {
  readonly sizeMiB: number
  readonly world: TestWorld
}

export const ask: Ask = async ({ projectRoot }, { filter, rounds }) => {
  const name = 'fork a world, by its size'
  if (!name.includes(filter)) return { rows: [], missing: {} }
  const testing = await import(pathToFileURL(join(projectRoot, 'dist/testing.js')).href)
  const seeded: Seeded[] = []
  for (const sizeMiB of sizesMiB) {
    const world: TestWorld = testing.createTestWorld()
    await seed(world.indexedDB as unknown as IDBFactory, sizeMiB) // Its own type names no class of the DOM's.
    seeded.push({ sizeMiB, world })
  }
  const baseline = nameOf(sizesMiB[0] ?? 0)
  const effort = { warmUps: 2, rounds: rounds ?? 9 }
  const measurements = await compare(seeded.map(contenderOf), effort, baseline)
  for (const { world } of seeded) await checkFork(world)
  const row: Row = { name, count, measurements, baseline, goals: [] }
  const slowest = Math.max(...measurements.map(({ medianMs }) => medianMs / count))
  return {
    rows: [row],
    missing: {},
    notes: [`A fork takes ${(slowest * 1000).toFixed(0)} µs at most (goal: 1000)`],
  }
}

const nameOf = (sizeMiB: number): string => `${sizeMiB} MiB`

async function seed(factory: IDBFactory, sizeMiB: number): Promise<void> {
  const database = await openDatabase(factory, 'seeded', (it) => it.createObjectStore('values'))
  const transaction = database.transaction('values', 'readwrite')
  for (let key = 0; key < sizeMiB; key++) transaction.objectStore('values').put(value, key)
  await completionOf(transaction)
}

/** Forks share what they were forked from: they are let go at once. */
function contenderOf({ sizeMiB, world }: Seeded): Contender {
  return {
    name: nameOf(sizeMiB),
    round: () =>
      timed(() => {
        for (let i = 0; i < count; i++) world.fork()
      }),
  }
}

/** A fork has what the world had, and what is written there stays there. */
async function checkFork(world: TestWorld): Promise<void> {
  const counts = []
  const fork = world.fork()
  for (const { indexedDB } of [fork, world]) {
    const factory = indexedDB as unknown as IDBFactory // As above.
    const database = await openDatabase(factory, 'seeded', () => {})
    const store = database.transaction('values', 'readwrite').objectStore('values')
    counts.push(await resultOf(store.count()))
    await resultOf(store.clear())
    database.close()
  }
  expectSame(counts[0], counts[1], 'records in the fork')
  await fork.close()
}
