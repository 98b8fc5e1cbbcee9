/** Checking the databases of a directory by their files, which no one else has meanwhile. */
import { append } from '../../base/own-property.ts'
import { isA, memberOf } from '../../base/thrown.ts'
import { reasonOf, StorageError } from '../../errors.ts'
import { checkAdditions } from '../../sqlite/maintenance/check-additions.ts'
import type { SqliteDatabase } from '../../sqlite/database.ts'
import { type FoundFile, type OwnedFiles, withDatabase } from '../owned-files.ts'
import type { MaintenanceOptions } from '../tools.ts'
import { checkRecords } from './check-records.ts'
import { type DatabaseCheck, Findings } from './problem.ts'

/** Checks the databases, or the one of that name. @throws as `checkFile()` */
export async function checkFiles(
  owned: OwnedFiles,
  options: MaintenanceOptions & { readonly name?: string | undefined },
): Promise<DatabaseCheck[]> {
  const checks: DatabaseCheck[] = []
  for (const file of await owned.find()) {
    if (options.name !== undefined && !isOf(owned, file, options.name)) continue
    append(checks, await checkFile(owned, file, options))
  }
  return checks
}

function isOf({ engine }: OwnedFiles, { fileName }: FoundFile, name: string): boolean {
  return engine.fileNames.of(name) === fileName
}

/** Checks one of them. @throws StorageError where there is no room for it, or the system does not let it be read */
export async function checkFile(
  owned: OwnedFiles,
  { name, trouble, ...file }: FoundFile,
  { onProgress = () => {} }: MaintenanceOptions,
): Promise<DatabaseCheck> {
  const findings = new Findings(file.label)
  const check = { name, file: file.fileName, version: file.version, records: 0 }
  if (name === null) {
    if (isOfSystem(trouble)) throw unread(file.label, trouble)
    noteTrouble(findings, trouble)
    return { ...check, problems: findings.list() }
  }
  try {
    const records = await withDatabase(owned, { ...file, name }, async (database) => {
      checkTables(database, findings)
      const progress = (store: string, done: number, total: number): void =>
        onProgress({ database: name, store, done, total })
      return checkRecords(database, findings, progress)
    })
    return { ...check, records, problems: findings.list() }
  } catch (error) {
    if (!isA(error, StorageError)) throw error
    if (error.code === 'full') throw withoutRoom(file.label, error)
    if (isOfSystem(error)) throw unread(file.label, error)
    noteTrouble(findings, error)
    return { ...check, problems: findings.list() }
  }
}

/** Nothing is wrong with the file then, and nothing is known of it. */
function withoutRoom(label: string, { facts, cause }: StorageError): StorageError {
  const message = `${label} cannot be checked, as there is no room for what its log has to write into it; make room, or check a copy elsewhere`
  return new StorageError('full', message, { ...facts, cause })
}

/** Whether a call of the system has failed, for a reason such as `EACCES` or `EIO`: what is in the file is not known then. */
function isOfSystem(error: StorageError | null): error is StorageError {
  return error?.code === 'io' && typeof memberOf(error.cause, 'code') === 'string'
}

function unread(label: string, { facts, cause }: StorageError): StorageError {
  const message = `${label} cannot be checked, as it cannot be read: ${reasonOf(cause) ?? 'the system gives no reason'}; mend that, or check a copy elsewhere`
  return new StorageError('io', message, { ...facts, cause })
}

function checkTables(database: SqliteDatabase, findings: Findings): void {
  for (const problem of database.care.check()) findings.add('file', problem)
  try {
    for (const problem of checkAdditions(database.connection)) findings.add('file', problem)
  } catch (error) {
    if (!isA(error, StorageError) || error.code !== 'corrupt') throw error
    findings.add('file', error.message)
  }
}

function noteTrouble(findings: Findings, trouble: StorageError | null): void {
  const message = trouble?.message ?? 'what is in the file cannot be told'
  findings.add(trouble?.code === 'foreign' ? 'foreign' : 'unreadable', message)
}
