import { completionOf, walk } from '../requests.ts'
import { createSightings, makeSightings } from './sightings.ts'
import type { Workload } from './workload.ts'

/** Walks with cursors, and changes what they stand on. */
export const cursors: Workload = {
  id: 'cursors',
  title: 'Walk with a cursor',
  lesson:
    'Backwards through an index, then through the store while updating every third record and deleting every seventh. Cursors are where implementations differ most.',
  scales: true,
  async run({ size, connect, phase, observe }) {
    const sightings = makeSightings(size)
    const connection = await phase('Open, upgrade and fill', () =>
      connect(1, (database, transaction) => {
        createSightings(database)
        for (const sighting of sightings) transaction.objectStore('sightings').put(sighting)
      }),
    )
    const order: unknown[] = []
    const bySpecies = (): IDBIndex =>
      connection.transaction('sightings').objectStore('sightings').index('by species')
    await phase('Backwards by species', async () => {
      const index = bySpecies()
      await walk(index.openKeyCursor(null, 'prev'), ({ key, primaryKey }) => {
        order.push([key, primaryKey])
      })
      await completionOf(index.objectStore.transaction)
    })
    observe('order of the walk', order)
    const kinds: unknown[] = []
    await phase('Each species once', async () => {
      const index = bySpecies()
      await walk(index.openCursor(null, 'nextunique'), ({ key, value }) => {
        kinds.push([key, value])
      })
      await completionOf(index.objectStore.transaction)
    })
    observe('first of each species', kinds)
    await phase('Update and delete on the way', async () => {
      const transaction = connection.transaction('sightings', 'readwrite')
      const store = transaction.objectStore('sightings')
      await walk(store.openCursor(), (cursor) => {
        if (cursor.value.id % 7 === 0) cursor.delete()
        else if (cursor.value.id % 3 === 0) cursor.update({ ...cursor.value, count: 0 })
      })
      await completionOf(transaction)
    })
  },
}
