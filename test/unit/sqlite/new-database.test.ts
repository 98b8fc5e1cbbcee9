/** A new database is put together without SQLite: SQLite must have come to the same bytes. */
import { expect, test } from 'vitest'
import { Connection } from '../../../src/sqlite/binding/connection.ts'
import { newDatabase, pageSize } from '../../../src/sqlite/schema/new-database.ts'
import { applicationId, createTables, newTablesFormat } from '../../../src/sqlite/schema/tables.ts'
import { memory } from '../../../vfs/memory.ts'
import { engine } from '../../kit/test-directory.ts'

/** What SQLite makes of the same statements; how often it has written is no matter. */
async function madeBySqlite(journalMode: string): Promise<Uint8Array> {
  const directory = memory().directory('test')
  const file = directory.open('new', { create: true })
  if (!file) throw new Error('unreachable: a created file is missing')
  const loaded = await engine()
  const mount = loaded.bridge.mount(directory, { isPersistent: true })
  const connection = new Connection(loaded, { path: mount.pathOf('new'), label: 'New database' })
  connection.execute(`PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA page_size = ${pageSize}; PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = ${journalMode};
    BEGIN; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${newTablesFormat};
    ${createTables} COMMIT;`)
  connection.close()
  loaded.bridge.unmount(mount)
  const bytes = new Uint8Array(file.size())
  file.read(bytes, 0)
  bytes.fill(0, 24, 28)
  bytes.fill(0, 92, 96)
  return bytes
}

test('a new database without a log has the bytes that SQLite would write', async () => {
  expect(newDatabase({ isLogged: false })).toEqual(await madeBySqlite('MEMORY'))
})

test('a new database with a log has the bytes that SQLite would write', async () => {
  expect(newDatabase({ isLogged: true })).toEqual(await madeBySqlite('WAL'))
})
