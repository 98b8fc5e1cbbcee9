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
    await phase('Backwards by species', () => {
      const index = connection.transaction('sightings').objectStore('sightings').index('by species')
      return walk(index.openKeyCursor(null, 'prev'), ({ key, primaryKey }) => {
        order.push([key, primaryKey])
      })
    })
    observe('order of the walk', order)
    const kinds: unknown[] = []
    await phase('Each species once', () => {
      const index = connection.transaction('sightings').objectStore('sightings').index('by species')
      return walk(index.openCursor(null, 'nextunique'), ({ key, value }) => {
        kinds.push([key, value])
      })
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
