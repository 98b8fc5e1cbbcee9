import { completionOf, errorNameOf, resultOf } from '../requests.ts'
import type { Session } from '../session.ts'
import { createSightings, makeSightings } from './sightings.ts'
import type { Workload } from './workload.ts'

/** Breaks the rules on purpose. */
export const errors: Workload = {
  id: 'errors',
  title: 'Break the rules',
  lesson:
    'A duplicate that is forgiven, one that takes its transaction down, an upgrade that aborts and leaves no trace, calls that throw. Watch error and abort on the timeline: their order is law.',
  scales: false,
  async run({ connect, phase, observe }) {
    const sightings = makeSightings(24)
    const connection = await phase('Open, upgrade and fill', () =>
      connect(1, (database, transaction) => {
        createSightings(database)
        for (const sighting of sightings) transaction.objectStore('sightings').put(sighting)
      }),
    )
    const write = (): IDBObjectStore =>
      connection.transaction('sightings', 'readwrite').objectStore('sightings')

    await phase('A duplicate, forgiven', () => forgiveDuplicate(write()))
    await phase('A duplicate that aborts', async () => {
      const store = write()
      store.put({ id: 101, ring: 'goes' })
      store.put({ id: 102, ring: sightings[0]?.ring })
      store.get(1)
      observe('abort of the transaction', await errorNameOf(() => completionOf(store.transaction)))
    })
    await phase('Calls that throw', async () => {
      const store = write()
      await makeCallsThatThrow(store, observe)
      await completionOf(store.transaction)
    })
    await phase('A write while reading', async () => {
      const store = connection.transaction('sightings').objectStore('sightings')
      observe('a write while reading', await errorNameOf(() => store.delete(1)))
      await completionOf(store.transaction)
    })
    connection.close()

    await phase('An upgrade that aborts', async () => {
      observe('abort of the upgrade', await errorNameOf(() => connect(2, abortUpgrade)))
    })
    const after = await connect(1, () => {})
    observe('stores afterwards', [...after.objectStoreNames])
    const kept = after.transaction('sightings').objectStore('sightings')
    observe('records afterwards', await resultOf(kept.count()))
  },
}

async function forgiveDuplicate(store: IDBObjectStore): Promise<void> {
  store.add({ id: 1 }).addEventListener('error', (event) => event.preventDefault())
  store.put({ id: 100, ring: 'stays' })
  await completionOf(store.transaction)
}

async function makeCallsThatThrow(
  store: IDBObjectStore,
  observe: Session['observe'],
): Promise<void> {
  const { db } = store.transaction
  observe('put of what cannot be cloned', await errorNameOf(() => store.put({ id: () => 1 })))
  observe('put without a key', await errorNameOf(() => store.put({})))
  observe('an impossible key', await errorNameOf(() => store.get(Number.NaN)))
  observe('a store there is not', await errorNameOf(() => db.transaction('whales')))
}

function abortUpgrade(database: IDBDatabase, transaction: IDBTransaction): void {
  database.deleteObjectStore('sightings')
  database.createObjectStore('ruins')
  transaction.abort()
}
