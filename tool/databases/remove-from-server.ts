/** Deleting a database of a server. */
import type { IDBBlocker, IDBErrorCause, IDBFactory } from 'idb-everywhere'
import { withIndexedDB } from '../terminal/directory.ts'
import { Patience } from './blocked.ts'
import { requireDatabase } from './connection.ts'
import { resultOf } from './requests.ts'

/** Which database, and for how many seconds programs may keep it open. */
interface Removing {
  readonly place: string
  readonly name: string
  readonly wait: number
}

/**
 * Deletes it as a program would, so that those who have it open are asked to close it. Gives the version that it had.
 *
 * @throws Failure with the code NotFoundError where there is none, ERR_IDB_BLOCKED when others keep it open
 */
export function removeFromServer({ place, name, wait }: Removing): Promise<number> {
  const patience = new Patience({ place, wait, done: 'deleted' })
  const removing = withIndexedDB(place, async (indexedDB) => {
    await requireDatabase({ directory: place, indexedDB }, name)
    // A request that waits for others ends as the databases are closed.
    return Promise.race([deletion(indexedDB, name, patience), endOf(patience)])
  })
  return removing.finally(() => patience.end())
}

async function deletion(indexedDB: IDBFactory, name: string, patience: Patience): Promise<number> {
  const known = (await indexedDB.databases()).find((it) => it.name === name)
  const request = indexedDB.deleteDatabase(name)
  request.onblocked = (event) => patience.begin(name, blockersOf(event))
  await resultOf(request)
  return known?.version ?? 0
}

/** Who has it open, as the event's cause says it. */
function blockersOf(event: Event): readonly IDBBlocker[] {
  const { cause } = event as { cause?: IDBErrorCause } // The package gives it one.
  return cause?.blockers ?? []
}

function endOf({ signal }: Patience): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error)) // A Failure.
  })
}
