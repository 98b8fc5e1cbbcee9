/** The engine for what cares for closed files: all that a directory has of it, and what nothing else needs. */
import type { DatabaseFile, NamedFile } from '../../files/database-files.ts'
import type { FileEngine, SavedStores } from '../../files/file-engine.ts'
import type { SqliteDatabase } from '../database.ts'
import type { MountedDirectory } from '../database-file.ts'
import { MountedSqlite, placeIn } from '../directory.ts'
import { companionsOf, sqliteFileNames } from '../file-name.ts'
import { copyReadable, readDamagedName } from '../salvage/salvage.ts'
import type { EngineSource } from './engine-source.ts'
import { writeCompact } from './write-compact.ts'

/** An engine for one directory. */
export interface MaintenanceEngine extends FileEngine<SqliteDatabase> {
  /**
   * Writes all that is in a closed database's file, whose log is empty, into a new one without free pages, and makes that durable. The
   * directory is owned.
   */
  writeCompact(file: DatabaseFile, copy: DatabaseFile): Promise<void>
  /** As `MountedEngine.copyReadable()`; what cannot be read of the schema is guessed. The directory is owned. */
  copyGuessing(damaged: NamedFile, copy: DatabaseFile): Promise<SavedStores>
  /** The name that stands in a damaged file; null where it cannot be read either. The directory is owned. */
  nameInDamaged(file: DatabaseFile): Promise<string | null>
}

/** The engine, for one directory. */
export function maintenanceEngine(source: EngineSource): MaintenanceEngine {
  let place: MountedDirectory | null = null
  return {
    fileNames: sqliteFileNames,
    companionsOf,
    async load() {
      const engine = await source.acquire()
      return {
        mount: (owned) => new MountedSqlite((place = placeIn(engine, owned))),
        release: () => source.release(),
      }
    },
    writeCompact(file, copy) {
      if (!place) throw new Error('unreachable: the directory is not owned')
      return writeCompact(place, file, copy)
    },
    copyGuessing(damaged, copy) {
      if (!place) throw new Error('unreachable: the directory is not owned')
      return copyReadable(place, damaged, copy, { guesses: true })
    },
    nameInDamaged(file) {
      if (!place) throw new Error('unreachable: the directory is not owned')
      return readDamagedName(place, file)
    },
  }
}
