/** Saving what can be read of damaged databases. */
import { append } from '../../base/own-property.ts'
import { StorageError } from '../../errors.ts'
import type { NamedFile } from '../../files/database-files.ts'
import type { SalvageReport, SalvagedStore } from '../../storage/salvage-report.ts'
import { checkFile } from '../check/check-files.ts'
import { isDamage, type Problem } from '../check/problem.ts'
import { withFilesAlone } from '../files-alone.ts'
import { noSuchDatabase } from '../no-such-database.ts'
import { type FoundFile, type OwnedFiles, withDatabase } from '../owned-files.ts'
import type { MaintenanceOptions, Tools } from '../tools.ts'
import { type Dropped, mend } from './mend.ts'

/** What became of a database. */
export interface Salvaged {
  /** null: it cannot be read; name the database, if you know its name, to have its file put aside. */
  readonly name: string | null
  readonly file: string
  /** What was wrong. */
  readonly problems: readonly Problem[]
  /** null: nothing was done, as the database is sound, another program's, or its name is not known. */
  readonly report: SalvageReport | null
}

/** Salvages all databases of a directory that are damaged, or the one of that name. */
export async function salvage(
  tools: Tools,
  path: string,
  options: MaintenanceOptions & { readonly name?: string | undefined },
): Promise<Salvaged[]> {
  const { name } = options
  const done = await withFilesAlone({ tools, path, action: 'Salvaging' }, async (owned) => {
    const salvaged: Salvaged[] = []
    for (const file of await owned.find()) {
      if (name !== undefined && owned.engine.fileNames.of(name) !== file.fileName) continue
      append(salvaged, await salvageFile(owned, file, options))
    }
    return salvaged
  })
  if (name !== undefined && done.length === 0) throw await noSuchDatabase(tools, path, name)
  return done
}

async function salvageFile(
  owned: OwnedFiles,
  file: FoundFile,
  options: MaintenanceOptions & { readonly name?: string | undefined },
): Promise<Salvaged> {
  const { problems } = await checkFile(owned, file, options)
  const name = file.name ?? options.name ?? null
  const found = { name, file: file.fileName, problems }
  const isWanted = problems.some((it) => isDamage(it) && it.kind !== 'foreign')
  if (!isWanted || name === null) return { ...found, report: null }
  return { ...found, report: await save(owned, { ...file, name }, problems) }
}

async function save(
  owned: OwnedFiles,
  file: NamedFile,
  problems: readonly Problem[],
): Promise<SalvageReport> {
  const { quarantine, engine } = owned
  const what = problems.find(isDamage)?.message ?? 'it is damaged'
  const damage = new StorageError('corrupt', `${file.label}: ${what}`)
  const { report } = await quarantine.salvage(file, damage, (copy) =>
    engine.copyGuessing(file, copy),
  )
  // Nothing but the name of a new database is lost then, and it has no version.
  if (report.stores === null) return report
  const dropped = await withDatabase(owned, file, (database) => mend(database))
  return { ...report, stores: report.stores.map((it) => afterMending(it, dropped)) }
}

function afterMending(store: SalvagedStore, dropped: Dropped): SalvagedStore {
  const lost = dropped.get(store.name) ?? 0
  return { ...store, saved: store.saved - lost, lost: store.lost + lost }
}
