/** A project whose libraries are older than `Symbol.asyncDispose`. */
import { createIndexedDB } from 'idb-everywhere'
import { diff, importDatabase, openBackup } from 'idb-everywhere/snapshot'

export async function differencesIn(file: Blob): Promise<number> {
  const indexedDB = createIndexedDB()
  await importDatabase(file, { indexedDB, replace: true })
  const backup = await openBackup(file)
  let count = 0
  for await (const it of diff({ indexedDB, name: backup.name }, backup)) count += it ? 1 : 0
  await backup.close()
  return count
}
