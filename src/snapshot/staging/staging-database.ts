/** Opening the database in which an import waits, for one import alone, and never that of a user. */
import type { IDBDatabase, IDBFactory } from '../../api/global/interfaces.ts'
import { domException } from '../../errors.ts'
import { resultOf } from '../../requests/result-of.ts'

/** The store of the pieces. */
export const storeName = 'pieces'
/** The store whose name tells it from a user's database. */
export const stateStore = 'state of an import by idb-everywhere'

/**
 * Each opening is an upgrade, which no other connection outlives: so no two imports have it at once, and one whose process was
 * killed is in no one's way.
 *
 * @throws InvalidStateError while another import has it
 * @throws ConstraintError where a database that is not of an import has its name
 */
export async function openStagingDatabase(
  factory: IDBFactory,
  target: string,
): Promise<IDBDatabase> {
  const name = `${target} (import)`
  const databases = await factory.databases()
  const isThere = databases.some((it) => it.name === name)
  const version = isThere ? await versionOf(factory, name) : 0
  return openAlone(factory, { name, target, version: version + 1 })
}

/** The version of a database that there is, which is not asked to close. @throws ConstraintError if it is a user's */
async function versionOf(factory: IDBFactory, name: string): Promise<number> {
  const request = factory.open(name)
  // It has gone meanwhile.
  request.onupgradeneeded = () => request.transaction?.abort()
  const database = await resultOf(request).catch((error: DOMException) => {
    if (error.name === 'AbortError') return null
    throw error
  })
  if (!database) return 0
  const { version } = database
  const isOfImport = database.objectStoreNames.contains(stateStore)
  database.close()
  if (!isOfImport) throw notOurs(name)
  return version
}

interface Opening {
  readonly name: string
  readonly target: string
  readonly version: number
}

function openAlone(factory: IDBFactory, { name, target, version }: Opening): Promise<IDBDatabase> {
  const request = factory.open(name, version)
  return new Promise((resolve, reject) => {
    let state: 'waiting' | 'refused' | 'upgraded' = 'waiting'
    const refuse = (reason: unknown): void => {
      state = 'refused'
      reject(reason)
    }
    request.onblocked = () => refuse(busy(target))
    request.onupgradeneeded = ({ oldVersion }) => {
      const { result, transaction } = request
      const isOurs = oldVersion === 0 || result.objectStoreNames.contains(stateStore)
      if (!isOurs) refuse(notOurs(name))
      if (state === 'refused') return transaction?.abort()
      state = 'upgraded'
      if (oldVersion > 0) return
      result.createObjectStore(storeName, { autoIncrement: true })
      result.createObjectStore(stateStore)
    }
    request.onsuccess = () => {
      if (state === 'upgraded') return resolve(request.result)
      request.result.close()
      reject(busy(target))
    }
    request.onerror = () =>
      reject(request.error?.name === 'VersionError' ? busy(target) : request.error)
  })
}

function busy(target: string): DOMException {
  return domException(
    'InvalidStateError',
    `Another import of "${target}" is at work; wait for its end, and start this one again`,
  )
}

function notOurs(name: string): DOMException {
  return domException(
    'ConstraintError',
    `There is a database "${name}", which is not of an import, where this one would keep its records; rename or delete it, or give the import another name`,
  )
}
