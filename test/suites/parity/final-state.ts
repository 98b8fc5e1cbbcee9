/** What a program leaves behind: every database as far as script can read it. */
import { describe, errorName } from './describe.ts'
import { type DatabaseState, type Run, write } from './run.ts'

/** Writes a stream for each database that exists, and deletes it, for the next programs' sake. */
export async function describeAndRemoveDatabases(run: Run): Promise<void> {
  const { indexedDB } = run.environment
  const listed = await indexedDB.databases()
  const own = new Map(listed.map(({ name, version }) => [name ?? '', version]))
  for (const database of run.databases) {
    const version = own.get(database.name)
    if (version === undefined) continue
    write(run, finalStream(database), `version ${version}`)
    await describeDatabase(run, database)
    await resultOf(indexedDB.deleteDatabase(database.name))
  }
}

function finalStream({ index }: DatabaseState): string {
  return `database ${index} in the end`
}

async function describeDatabase(run: Run, database: DatabaseState): Promise<void> {
  const connection = await resultOf(run.environment.indexedDB.open(database.name))
  const names = [...connection.objectStoreNames]
  if (names.length > 0) {
    const transaction = connection.transaction(names, 'readwrite')
    for (const name of names) await describeStore(run, database, transaction.objectStore(name))
    transaction.abort()
  }
  connection.close()
}

async function describeStore(
  run: Run,
  database: DatabaseState,
  store: IDBObjectStore,
): Promise<void> {
  const stream = finalStream(database)
  const { name, keyPath, autoIncrement, indexNames } = store
  write(run, stream, `${name}: ${[keyPath, autoIncrement, indexNames].map(describe).join(' ')}`)
  const keys = await resultOf(store.getAllKeys())
  const values = await resultOf(store.getAll())
  keys.forEach((key, at) => write(run, stream, `${name}: ${describe(key)} ${describe(values[at])}`))
  for (const indexName of indexNames) await describeIndex(run, stream, store.index(indexName))
  if (autoIncrement) write(run, stream, `${name}: next key ${await generatedKey(store)}`)
}

async function describeIndex(run: Run, stream: string, index: IDBIndex): Promise<void> {
  const { name, keyPath, unique, multiEntry } = index
  write(run, stream, `.${name}: ${[keyPath, unique, multiEntry].map(describe).join(' ')}`)
  const request = index.openKeyCursor()
  await new Promise<void>((resolve, reject) => {
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor) return resolve()
      write(run, stream, `.${name}: ${describe(cursor.key)} ${describe(cursor.primaryKey)}`)
      cursor.continue()
    }
  })
}

/** The transaction is aborted afterwards, so that this may write. */
function generatedKey(store: IDBObjectStore): Promise<string> {
  return new Promise((resolve) => {
    const request = addEmpty(store)
    if (!request) return resolve('nothing can be added')
    request.onsuccess = () => resolve(describe(request.result))
    request.onerror = (event) => {
      event.preventDefault()
      resolve(errorName(request.error))
    }
  })
}

function addEmpty(store: IDBObjectStore): IDBRequest<IDBValidKey> | null {
  try {
    return store.add({})
  } catch (error) {
    if (errorName(error) === 'DataError') return null
    throw error
  }
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
