import { completionOf, resultOf } from '../requests.ts'
import { createSightings, makeSightings } from './sightings.ts'
import type { Workload } from './workload.ts'

/** Puts many records in one transaction. */
export const fill: Workload = {
  id: 'fill',
  title: 'Fill a store',
  lesson:
    'One transaction, one put per record, three indexes to keep. What a first synchronisation of an app does.',
  scales: true,
  async run({ size, connect, phase, observe }) {
    const sightings = makeSightings(size)
    const connection = await phase('Open and upgrade', () => connect(1, createSightings))
    await phase('Put every record', () => {
      const transaction = connection.transaction('sightings', 'readwrite')
      const store = transaction.objectStore('sightings')
      for (const sighting of sightings) store.put(sighting)
      return completionOf(transaction)
    })
    const store = connection.transaction('sightings').objectStore('sightings')
    observe('count', await phase('Count', () => resultOf(store.count())))
  },
}
