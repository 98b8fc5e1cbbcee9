/** What does it cost to start: importing, the first open, opening again, memory? */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openDatabase } from '../warm/idb.ts'
import { compare, timed } from '../warm/measure.ts'
import type { Ask } from '../question.ts'

const bareBytes = process.memoryUsage().rss

export const ask: Ask = async ({ projectRoot, scratch }, { filter, rounds }) => {
  const name = 'reopen a database'
  if (!name.includes(filter)) return { rows: [], missing: {} }
  // A peer loaded before would have paid for what they share: here is only this package.
  let factory: IDBFactory | null = null
  let makeFactory = (): IDBFactory => {
    throw new Error('The package is not loaded yet')
  }
  let closeFactory = async (): Promise<void> => {}
  const importMs = await timed(async () => {
    const { createIndexedDB, close } = await import(
      pathToFileURL(join(projectRoot, 'dist/index.js')).href
    )
    makeFactory = () => createIndexedDB({ path: join(scratch, 'open') })
    closeFactory = () => close(factory)
    factory = makeFactory()
  })
  const open = () =>
    openDatabase(factory as unknown as IDBFactory, 'open', (db) => {
      db.createObjectStore('records', { keyPath: 'id' })
    })
  const firstMs = await timed(open)
  const openBytes = process.memoryUsage().rss - bareBytes
  const reopening = {
    name: 'disk',
    /** The directory's lock, the file and its log have been let go before. */
    async round() {
      await closeFactory()
      factory = makeFactory()
      return timed(open)
    },
  }
  const measurements = await compare([reopening], { warmUps: 3, rounds: rounds ?? 30 }, 'disk')
  await closeFactory()
  return {
    rows: [{ name, count: 1, measurements, baseline: 'disk', goals: [] }],
    missing: {},
    notes: [
      `Import: ${importMs.toFixed(1)} ms`,
      `First open: ${firstMs.toFixed(1)} ms (goal: 50); reopen: ${measurements[0]?.medianMs.toFixed(1)} ms (goal: 3)`,
      `Resident memory of one open database: ${(openBytes / 2 ** 20).toFixed(1)} MiB over the bare runtime (goal: 35)`,
    ],
  }
}
