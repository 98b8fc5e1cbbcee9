/** Checking databases that others use: through the directory's owner, by what any program can ask. */
import { append } from '../../base/own-property.ts'
import { memberOf } from '../../base/thrown.ts'
import type { IDBFactory } from '../../api/global/interfaces.ts'
import { openExisting } from '../../snapshot/read-database.ts'
import { fileNameOf } from '../../sqlite/file-name.ts'
import type { MaintenanceOptions, StoreProgress } from '../tools.ts'
import { type DatabaseCheck, Findings } from './problem.ts'
import { StoreReading } from './store-reading.ts'

/** Checks the databases, or the one of that name. Each store is read in a transaction of its own. */
export async function checkThroughOwner(
  factory: IDBFactory,
  { name, onProgress = () => {} }: MaintenanceOptions & { readonly name?: string | undefined },
): Promise<DatabaseCheck[]> {
  const checks: DatabaseCheck[] = []
  for (const { name: database = '', version = 0 } of await factory.databases()) {
    if (name !== undefined && name !== database) continue
    const findings = new Findings(`Database ${JSON.stringify(database)}`)
    const progress: StoreProgress = (store, done, total) =>
      onProgress({ database, store, done, total })
    const records = await readStores(factory, database, { findings, progress })
    const file = fileNameOf(database)
    append(checks, { name: database, file, version, records, problems: findings.list() })
  }
  return checks
}

interface Reading {
  readonly findings: Findings
  readonly progress: StoreProgress
}

/** Gives how many records there were. */
async function readStores(factory: IDBFactory, name: string, reading: Reading): Promise<number> {
  let count = 0
  try {
    for (const store of await storesOf(factory, name)) {
      count += await readStore(factory, { name, store }, reading)
    }
  } catch (error) {
    const code = memberOf(memberOf(error, 'cause'), 'code')
    if (code !== 'ERR_IDB_CORRUPT' && code !== 'ERR_IDB_FOREIGN_FILE') throw error
    const kind = code === 'ERR_IDB_CORRUPT' ? 'unreadable' : 'foreign'
    reading.findings.add(kind, String(memberOf(error, 'message')))
  }
  return count
}

async function storesOf(factory: IDBFactory, name: string): Promise<string[]> {
  const database = await openExisting(factory, name)
  database.close()
  return Array.from(database.objectStoreNames)
}

/** The connection is closed as soon as there is a transaction: no upgrade waits for longer than that. */
async function readStore(
  factory: IDBFactory,
  { name, store }: { name: string; store: string },
  { findings, progress }: Reading,
): Promise<number> {
  const database = await openExisting(factory, name)
  // An upgrade since may have deleted it.
  const isThere = database.objectStoreNames.contains(store)
  const transaction = isThere ? database.transaction(store) : null
  database.close()
  if (!transaction) return 0
  return new StoreReading(transaction.objectStore(store), findings, progress).run()
}
