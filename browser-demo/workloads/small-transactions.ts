import { completionOf } from '../requests.ts'
import { createSightings, makeSightings } from './sightings.ts'
import type { Workload } from './workload.ts'

/** Writes record by record, each in a transaction of its own. */
export const smallTransactions: Workload = {
  id: 'small-transactions',
  title: 'Many small transactions',
  lesson:
    'A transaction per record, each awaited before the next begins: what saving after every keystroke costs. A tenth of the records, for it is slow everywhere.',
  scales: true,
  async run({ size, connect, phase, observe }) {
    const sightings = makeSightings(Math.ceil(size / 10))
    const connection = await phase('Open and upgrade', () => connect(1, createSightings))
    await phase('A transaction for each record', async () => {
      for (const sighting of sightings) {
        const transaction = connection.transaction('sightings', 'readwrite')
        transaction.objectStore('sightings').add(sighting)
        await completionOf(transaction)
      }
    })
    observe('transactions', sightings.length)
  },
}
