/** The engine for what cares for closed files: all that a directory has of it, and what nothing else needs. */
import type { DatabaseFile } from '../../files/database-files.ts'
import type { FileEngine } from '../../files/file-engine.ts'
import type { SqliteDatabase } from '../database.ts'
import type { MountedDirectory } from '../database-file.ts'
import { MountedSqlite, placeIn } from '../directory.ts'
import { companionsOf, sqliteFileNames } from '../file-name.ts'
import type { EngineSource } from './engine-source.ts'
import { writeCompact } from './write-compact.ts'

/** An engine for one directory. */
export interface MaintenanceEngine extends FileEngine<SqliteDatabase> {
  /**
   * Writes all that is in a closed database's file, whose log is empty, into a new one without free pages, and makes that durable. The
   * directory is owned.
   */
  writeCompact(file: DatabaseFile, copy: DatabaseFile): Promise<void>
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
  }
}
