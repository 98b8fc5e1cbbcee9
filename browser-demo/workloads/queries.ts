import { resultOf } from '../requests.ts'
import { makeSightings } from './sightings.ts'
import type { Workload } from './workload.ts'

/** Asks by range, by index, by compound key. */
export const queries: Workload = {
  id: 'queries',
  title: 'Ask by range and index',
  lesson:
    'Key ranges over numbers, dates and compound keys, a multi-entry index, counts and keys alone. Keys sort across types: a number is less than a date, a date less than a string.',
  scales: true,
  async run({ size, connect, phase, observe }) {
    const connection = await phase('Open, upgrade and fill', () =>
      connect(1, (database) => {
        const store = database.createObjectStore('sightings', { keyPath: 'id' })
        for (const sighting of makeSightings(size)) store.put(sighting)
        store.createIndex('by day', 'seen')
        store.createIndex('by tag', 'tags', { multiEntry: true })
        store.createIndex('by species and count', ['species', 'count'])
      }),
    )
    const store = connection.transaction('sightings').objectStore('sightings')
    const [byDay, byTag, bySpecies] = [
      store.index('by day'),
      store.index('by tag'),
      store.index('by species and count'),
    ]
    const middle = IDBKeyRange.bound(size * 0.25, size * 0.75, true, false)
    observe('middle half', await phase('Half, by key range', () => resultOf(store.getAll(middle))))

    const march = IDBKeyRange.bound(new Date('2025-03-01'), new Date('2025-04-01'))
    observe('March', await phase('A month, by date', () => resultOf(byDay.getAll(march))))

    const owls = IDBKeyRange.bound(['Barn owl', 20], ['Barn owl', []])
    observe(
      'large groups of owls',
      await phase('By compound key', () => resultOf(bySpecies.getAll(owls))),
    )
    observe(
      'tags',
      await phase('Count by tag', async () => {
        const counts: [string, number][] = []
        for (const tag of ['at dawn', 'juvenile', 'no such tag']) {
          counts.push([tag, await resultOf(byTag.count(tag))])
        }
        return counts
      }),
    )
    observe('keys', await phase('Keys alone', () => resultOf(byTag.getAllKeys('breeding'))))
  },
}
