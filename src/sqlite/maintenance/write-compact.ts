/** Writing a database's file anew, without the pages and the parts of pages that are not in use. */
import type { DatabaseFile } from '../../files/database-files.ts'
import { fileError } from '../../files/file-error.ts'
import type { Connection } from '../binding/connection.ts'
import { Syncs } from '../care/syncs.ts'
import { type MountedDirectory, openDatabaseFile, removeEmptied } from '../database-file.ts'
import { companionsOf } from '../file-name.ts'

/** Writes a closed database, whose log is empty, into a new file, which is whole and on the disk when this resolves. */
export async function writeCompact(
  place: MountedDirectory,
  file: DatabaseFile,
  copy: DatabaseFile,
): Promise<void> {
  await prepare(place, copy)
  const connection = await connect(place, file, 'never')
  try {
    vacuumInto(place, connection, copy)
  } catch (error) {
    connection.abandon()
    throw error
  }
  connection.close()
  await removeEmptied(place, file)
  await makeDurable(place, copy)
}

async function prepare(
  { directory }: MountedDirectory,
  { fileName, label }: DatabaseFile,
): Promise<void> {
  try {
    await directory.prepare([fileName, ...companionsOf(fileName)])
  } catch (error) {
    throw fileError(label, 'preparing the file', error)
  }
}

/** Through a mount of its own: what SQLite writes here is no checkpoint, and must reach the file as it comes. */
function vacuumInto(
  { engine, directory }: MountedDirectory,
  connection: Connection,
  { fileName }: DatabaseFile,
): void {
  const plain = engine.bridge.mount(directory, { isPersistent: false })
  try {
    const path = plain.pathOf(fileName)
    const statement = connection.prepare('VACUUM INTO ?1')
    engine.scratch.reserve(path.length)
    const pointer = engine.scratch.end
    statement.bindText(1, pointer, engine.scratch.putText(path))
    statement.run()
  } finally {
    engine.bridge.unmount(plain)
  }
}

/** Opens the copy and checks all its pages before it is synced: one that is not sound must not take the place of the database. */
async function makeDurable(place: MountedDirectory, copy: DatabaseFile): Promise<void> {
  const connection = await connect(place, copy, 'always')
  try {
    new Syncs(place, copy, { isUnsynced: true }).checkpoint(connection, 'TRUNCATE')
  } catch (error) {
    connection.abandon()
    throw error
  }
  connection.close()
  await removeEmptied(place, copy)
}

async function connect(
  place: MountedDirectory,
  file: DatabaseFile,
  check: 'never' | 'always',
): Promise<Connection> {
  const opened = await openDatabaseFile(place, { ...file, create: false, check })
  if (!opened) throw new Error('unreachable: the file is missing')
  return opened.connection
}
