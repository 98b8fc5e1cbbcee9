/** Upgrades of a database that all threads upgrade, one version at a time. */
import { resultOf } from '../../../kit/promises.ts'
import type { Task } from './task.ts'
import { abortedBy, type Ending } from './transactions.ts'

/** Upgrades to the version after the one that is listed, and holds the connection for a while. */
export async function upgrade(task: Task): Promise<Ending> {
  const { random, place } = task
  const wantsAbort = random.percent(10)
  task.begin('upgrade', ['schema/journal'], { wantsAbort })
  try {
    const listed = (await place.factory().databases()).find(({ name }) => name === 'schema')
    const request = place.factory().open('schema', (listed?.version ?? 0) + 1)
    let isUpgrading = false
    request.onupgradeneeded = ({ oldVersion, newVersion }) => {
      isUpgrading = true
      change(request, task, { oldVersion, newVersion })
      if (wantsAbort) request.transaction?.abort()
    }
    hold(await resultOf(request), task)
    if (!isUpgrading) throw new DOMException('Another was as fast', 'VersionError')
  } catch (error) {
    // Another was faster.
    if (error instanceof DOMException && error.name === 'VersionError') task.isWantedToAbort = true
    return abortedBy(error)
  }
  return { committed: true }
}

function change(
  { result: database, transaction }: IDBOpenDBRequest,
  { random, id }: Task,
  { oldVersion, newVersion }: { oldVersion: number; newVersion: number | null },
): void {
  if (!transaction) throw new Error('an upgrade without a transaction')
  if (oldVersion === 0) database.createObjectStore('journal', { autoIncrement: true })
  const extra = `extra ${random.below(4)}`
  if (database.objectStoreNames.contains(extra)) database.deleteObjectStore(extra)
  else database.createObjectStore(extra).put(id, 1)
  transaction.objectStore('journal').add({ id, ticket: newVersion })
}

/** Polite connections close when another wants to upgrade; stubborn ones are in its way for a while. */
function hold(database: IDBDatabase, { random }: Task): void {
  const close = (): void => database.close()
  const isStubborn = random.percent(20)
  database.onversionchange = () => {
    if (isStubborn) setTimeout(close, 50)
    else close()
  }
  setTimeout(close, random.below(300))
}
