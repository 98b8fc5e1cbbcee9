/**
 * Caring for directories of databases, in use or not: `idb-everywhere/maintenance`, for Node, Bun and Deno. What needs the files
 * alone takes the directory, or says who has it; everything else goes through its owner.
 *
 * ```ts
 * import { checkDirectory } from 'idb-everywhere/maintenance'
 *
 * const { isSound, databases } = await checkDirectory('./data')
 * ```
 */
import { resolve } from 'node:path'
import { directoryFacts } from '../vfs/node/facts/directory-facts.ts'
import { ThreadEngine } from './hosting/engine/thread-engine.ts'
import { close, createIndexedDB } from './index.ts'
import type { DirectoryCheck } from './maintenance/check/check.ts'
import type { Compacted } from './maintenance/compact.ts'
import type { Diagnosis } from './maintenance/doctor/doctor.ts'
import type { DirectoryListing } from './maintenance/list-databases.ts'
import { type Maintenance, maintenanceWith } from './maintenance/maintenance.ts'
import type { Removed, RemoveOptions } from './maintenance/remove-database.ts'
import type { Salvaged } from './maintenance/salvage/salvage.ts'
import type { MaintenanceOptions } from './maintenance/tools.ts'
import { platform } from '#platform'
import { status } from './status.ts'

export type { DirectoryCheck } from './maintenance/check/check.ts'
export type { DatabaseCheck, Problem, ProblemKind } from './maintenance/check/problem.ts'
export type { Compacted } from './maintenance/compact.ts'
export type { Diagnosis } from './maintenance/doctor/doctor.ts'
export type { ExaminedDatabase, FileState, Leftover } from './maintenance/doctor/examine-files.ts'
export type { Finding, FindingLevel } from './maintenance/doctor/finding.ts'
export type { FileRole } from './maintenance/file-roles.ts'
export type { DirectoryListing, ListedDatabase, OtherFile } from './maintenance/list-databases.ts'
export type { Removed, RemoveOptions } from './maintenance/remove-database.ts'
export type { Salvaged } from './maintenance/salvage/salvage.ts'
export type { MaintenanceOptions, MaintenanceProgress } from './maintenance/tools.ts'
export type { SalvagedStore, SalvageReport } from './storage/salvage-report.ts'

const engine = new ThreadEngine(platform)

const maintenance: Maintenance = maintenanceWith({
  vfs: platform.defaultVfs(),
  engine,
  createIndexedDB: ({ path, onWarning }) => createIndexedDB({ path, onWarning, ifLocked: 'share' }),
  close,
  status: (path) => status(resolve(path)),
  factsOf: directoryFacts,
})

/**
 * Lists the databases of the directory at `path` with versions and sizes, and the other files there. Where a program has it, it is
 * asked; where none has, databases are listed as by `indexedDB.databases()`.
 *
 * @throws NotFoundError where there is no directory, UnknownError (cause: `ERR_IDB_LOCKED`) where its owner shares it with no one
 */
export const listDatabases: (path: string) => Promise<DirectoryListing> = maintenance.listDatabases

/**
 * Checks all databases of a directory, or the one of that name: each page, each record and each index entry, where no program has it; what any program can read of
 * it, where one has. What is damaged is told in the result; nothing is changed.
 *
 * @throws as `listDatabases()`, and NotFoundError where there is none of that name
 */
export const checkDirectory: (
  path: string,
  options?: MaintenanceOptions & { readonly name?: string },
) => Promise<DirectoryCheck> = maintenance.checkDirectory

/**
 * Saves what can be read of the damaged databases of a directory, or of the one of that name, each into a fresh file; the damaged one
 * stays there under another name. Sound ones stay as they are.
 *
 * @throws UnknownError (cause: `ERR_IDB_LOCKED`) where a program has the directory
 */
export const salvage: (
  path: string,
  options?: MaintenanceOptions & { readonly name?: string },
) => Promise<Salvaged[]> = maintenance.salvage

/**
 * Makes the files of a directory's databases, or of the one of that name, as small as what is in them. It takes as much room on
 * the disk as the copy of one, until that has its place.
 *
 * @throws UnknownError (cause: `ERR_IDB_LOCKED`) where a program has the directory
 */
export const compact: (path: string, options?: { readonly name?: string }) => Promise<Compacted[]> =
  maintenance.compact

/**
 * Deletes a database, as `deleteDatabase()` does: programs that have it open are asked to close it. One that is damaged is deleted
 * all the same, where no program has the directory.
 *
 * @throws NotFoundError where there is none of that name, AbortError where it stays open elsewhere
 */
export const removeDatabase: (
  path: string,
  name: string,
  options?: RemoveOptions,
) => Promise<Removed> = maintenance.removeDatabase

/**
 * Tells all that can be told of a directory without taking part in it: who has it, what reads it here, formats, lock, file system,
 * files, and what is wrong or would go wrong there. It takes no lock, and writes nothing; a directory that is missing is a finding.
 */
export const doctor: (path: string) => Promise<Diagnosis> = maintenance.doctor
