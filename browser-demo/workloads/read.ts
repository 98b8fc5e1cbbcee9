import { completionOf, resultOf } from '../requests.ts'
import { createSightings, makeRandom, makeSightings } from './sightings.ts'
import type { Workload } from './workload.ts'

/** Reads records one by one, then all at once. */
export const read: Workload = {
  id: 'read',
  title: 'Look things up',
  lesson:
    'Every record by its key in random order, then through a unique index, then all in one request. The gap between the first and the last is the price of a request.',
  scales: true,
  async run({ size, connect, phase, observe }) {
    const sightings = makeSightings(size)
    const shuffled = shuffle(sightings)
    const connection = await phase('Open, upgrade and fill', () =>
      connect(1, (database, transaction) => {
        createSightings(database)
        for (const sighting of sightings) transaction.objectStore('sightings').put(sighting)
      }),
    )
    const open = (): IDBObjectStore => connection.transaction('sightings').objectStore('sightings')

    await phase('Get each by key', () => {
      const store = open()
      for (const { id } of shuffled) store.get(id)
      return completionOf(store.transaction)
    })
    await phase('Get each by unique index', () => {
      const index = open().index('by ring')
      for (const { ring } of shuffled) index.getKey(ring)
      return completionOf(index.objectStore.transaction)
    })
    const all = await phase('Get all at once', () => resultOf(open().getAll()))
    observe('all records', all)
  },
}

function shuffle<Item>(items: readonly Item[]): Item[] {
  const random = makeRandom(7)
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item)
}
