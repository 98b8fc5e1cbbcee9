/** The functions of maintenance, on what they are put together of. */
import { domException, exceptionOf, failureOf, optionError } from '../errors.ts'
import { describeValue } from '../options/describe-value.ts'
import { check, type DirectoryCheck } from './check/check.ts'
import { compact, type Compacted } from './compact.ts'
import { type Diagnosis, diagnose } from './doctor/doctor.ts'
import { type DirectoryListing, listDatabases } from './list-databases.ts'
import { removeDatabase, type Removed, type RemoveOptions } from './remove-database.ts'
import { salvage, type Salvaged } from './salvage/salvage.ts'
import type { MaintenanceOptions, Tools } from './tools.ts'

/** `name`: of the one database that is meant; all, where it is left out. */
type NamedOptions = MaintenanceOptions & { readonly name?: string }

/** What `idb-everywhere/maintenance` offers; each is described there. */
export interface Maintenance {
  listDatabases(path: string): Promise<DirectoryListing>
  checkDirectory(path: string, options?: NamedOptions): Promise<DirectoryCheck>
  salvage(path: string, options?: NamedOptions): Promise<Salvaged[]>
  compact(path: string, options?: { readonly name?: string }): Promise<Compacted[]>
  removeDatabase(path: string, name: string, options?: RemoveOptions): Promise<Removed>
  doctor(path: string): Promise<Diagnosis>
}

/** Puts them together. */
export function maintenanceWith(tools: Tools): Maintenance {
  /** Errors as script knows them. No directory is made. */
  const at = async <Result>(path: string, work: () => Promise<Result>): Promise<Result> => {
    checkPath(path)
    try {
      await requireDirectory(tools, path)
      return await work()
    } catch (error) {
      throw exceptionOf(failureOf(error, { path }))
    }
  }
  return {
    listDatabases: (path) => at(path, () => listDatabases(tools, path)),
    checkDirectory: (path, options = {}) => at(path, () => check(tools, path, options)),
    salvage: (path, options = {}) => at(path, () => salvage(tools, path, options)),
    compact: (path, { name } = {}) => at(path, () => compact(tools, path, name)),
    removeDatabase: (path, name, options = {}) =>
      at(path, () => removeDatabase(tools, path, { ...options, name })),
    async doctor(path) {
      checkPath(path)
      return diagnose(tools, path)
    },
  }
}

function checkPath(path: unknown): void {
  if (typeof path === 'string' && path !== '') return
  const message = `Expected the path of a directory to be a non-empty string, got ${describeValue(path)}`
  throw optionError('path', message)
}

async function requireDirectory(tools: Tools, path: string): Promise<void> {
  const { state } = await tools.factsOf(path)
  if (state === 'directory') return
  const what = state === 'missing' ? 'is not there' : 'is a file'
  const message = `Directory "${path}" ${what}; name the one that holds the databases`
  throw domException('NotFoundError', message)
}
