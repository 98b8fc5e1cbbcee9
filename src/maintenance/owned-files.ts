/** A directory's files, taken for as long as something is done to them that no one else may meet. */
import { append } from '../base/own-property.ts'
import { isA } from '../base/thrown.ts'
import { StorageError } from '../errors.ts'
import { Catalogue } from '../files/catalogue.ts'
import { type DatabaseFile, DatabaseFiles, type NamedFile } from '../files/database-files.ts'
import type { DatabaseLife, MountedEngine } from '../files/file-engine.ts'
import { Ownership } from '../files/ownership.ts'
import { Quarantine } from '../files/quarantine.ts'
import type { SqliteDatabase } from '../sqlite/database.ts'
import {
  type MaintenanceEngine,
  maintenanceEngine,
} from '../sqlite/maintenance/maintenance-engine.ts'
import type { Tools } from './tools.ts'

/** What stands in a file that is called like a database's. */
export interface FoundFile extends DatabaseFile {
  /** null: not even that can be read, or it is that of another file. */
  readonly name: string | null
  readonly version: number
  /** Why it is no database that can be opened; null: it is one. */
  readonly trouble: StorageError | null
}

/** The files of a directory that is owned. */
export interface OwnedFiles {
  readonly engine: MaintenanceEngine
  readonly mounted: MountedEngine<SqliteDatabase>
  readonly files: DatabaseFiles
  readonly quarantine: Quarantine
  /** The databases' files, once those that interruptions have left are removed or in their places. */
  find(): Promise<FoundFile[]>
}

/**
 * Runs `work` on the files of a directory, which is owned until that has ended.
 * @throws StorageError 'busy' when another has the directory
 */
export async function withOwnedFiles<Result>(
  tools: Tools,
  path: string,
  work: (owned: OwnedFiles) => Promise<Result>,
): Promise<Result> {
  const engine = maintenanceEngine(tools.engine)
  const ownership = new Ownership({ vfs: tools.vfs, path, waitMs: 0 }, engine)
  const mounted = await ownership.take()
  try {
    return await work(ownedFiles(ownership, engine, mounted))
  } finally {
    await ownership.giveUp()
  }
}

/** Whether another has the directory. */
export function isBusy(error: unknown): error is StorageError {
  return isA(error, StorageError) && error.code === 'busy'
}

/** What an open database would tell its directory: there is nothing in it that outlives this. */
const lifeApart: DatabaseLife = {
  salvaged: null,
  onReported: () => {},
  onVersionCommitted: () => {},
  onClosed: () => {},
  onDamage: () => {},
  onWarning: () => {},
  queue: (task) => task(),
}

/** Opens a database that there is, lets `use` have it, and closes it. @throws StorageError as opening does */
export async function withDatabase<Result>(
  { mounted }: Pick<OwnedFiles, 'mounted'>,
  file: NamedFile,
  use: (database: SqliteDatabase) => Promise<Result>,
): Promise<Result> {
  const opened = await mounted.open(file, { check: 'unclean' })
  if (!opened) throw new StorageError('corrupt', `${file.label}: its deletion was interrupted`)
  let database: SqliteDatabase
  try {
    database = opened.toDatabase(lifeApart)
  } catch (error) {
    opened.abandon()
    throw error
  }
  try {
    return await use(database)
  } finally {
    await database.close()
  }
}

function ownedFiles(
  ownership: Ownership<SqliteDatabase>,
  engine: MaintenanceEngine,
  mounted: MountedEngine<SqliteDatabase>,
): OwnedFiles {
  const files = new DatabaseFiles(ownership.directory, (name) => engine.companionsOf(name))
  const quarantine = new Quarantine(files)
  return {
    engine,
    mounted,
    files,
    quarantine,
    async find() {
      const troubles = new Map<string, StorageError>()
      const onWarning = (trouble: StorageError, fileName: string): void =>
        void troubles.set(fileName, trouble)
      const catalogue = new Catalogue({ fileNames: engine.fileNames, files, quarantine, onWarning })
      await catalogue.readAll(mounted)
      const names = (await files.list()).filter((it) => engine.fileNames.includes(it)).sort()
      const found: FoundFile[] = []
      for (const name of names)
        append(found, await describe(name, { engine, catalogue, mounted, troubles }))
      return found
    },
  }
}

interface Known {
  readonly engine: MaintenanceEngine
  readonly catalogue: Catalogue
  readonly mounted: MountedEngine<SqliteDatabase>
  /** File name → what is wrong with it. */
  readonly troubles: ReadonlyMap<string, StorageError>
}

async function describe(
  fileName: string,
  { engine, catalogue, mounted, troubles }: Known,
): Promise<FoundFile> {
  const entry = catalogue.get(fileName)
  const label = `File ${fileName}`
  if (entry) {
    const { name, version } = entry
    return {
      fileName,
      label: `Database ${JSON.stringify(name)} (file ${fileName})`,
      name,
      version,
      trouble: null,
    }
  }
  const known = troubles.get(fileName)
  if (known) {
    const name = known.code === 'corrupt' ? await engine.nameInDamaged({ fileName, label }) : null
    const isOfIt = name !== null && engine.fileNames.of(name) === fileName
    return { fileName, label, name: isOfIt ? name : null, version: 0, trouble: known }
  }
  const identity = await mounted.identify({ fileName, label })
  const trouble = new StorageError(
    'foreign',
    `${label}: the file holds the database ${JSON.stringify(identity?.name ?? '')}, and is not the one of that name; move it away`,
  )
  return { fileName, label, name: null, version: 0, trouble }
}
