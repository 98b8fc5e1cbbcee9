/** The functions of maintenance, on what they are put together of. */
import {
  aFunction,
  anObject,
  aPath,
  aText,
  checkArguments,
  type Kind,
  optional,
} from '../arguments/check-arguments.ts'
import { domException, exceptionOf, failureOf } from '../errors.ts'
import { marked, unmarked } from './callers-own.ts'
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
    try {
      await requireDirectory(tools, path)
      return await work()
    } catch (error) {
      throw unmarked(error, (it) => exceptionOf(failureOf(it, { path })))
    }
  }
  return {
    async listDatabases(path) {
      checkArguments('listDatabases()', { path: [path, aPath] })
      return at(path, () => listDatabases(tools, path))
    },
    async checkDirectory(path, options = {}) {
      checkNamed('checkDirectory()', path, options)
      return at(path, () => check(tools, path, withMarked(options)))
    },
    async salvage(path, options = {}) {
      checkNamed('salvage()', path, options)
      return at(path, () => salvage(tools, path, withMarked(options)))
    },
    async compact(path, options = {}) {
      checkNamed('compact()', path, options)
      return at(path, () => compact(tools, path, options.name))
    },
    async removeDatabase(path, name, options = {}) {
      checkRemoval({ path, name, options })
      return at(path, () => removeDatabase(tools, path, removalOf(name, options)))
    },
    async doctor(path) {
      checkArguments('doctor()', { path: [path, aPath] })
      return diagnose(tools, path)
    },
  }
}

function withMarked({ onProgress, ...options }: NamedOptions): NamedOptions {
  const told = marked(onProgress)
  return told ? { ...options, onProgress: told } : options
}

function removalOf(
  name: string,
  { onBlocked, ...options }: RemoveOptions,
): RemoveOptions & { readonly name: string } {
  const told = marked(onBlocked)
  return told ? { ...options, name, onBlocked: told } : { ...options, name }
}

function checkNamed(of: string, path: unknown, options: NamedOptions): void {
  checkArguments(of, {
    path: [path, aPath],
    options: [options, anObject],
    'options.name': [options?.name, optional(aText)],
    'options.onProgress': [options?.onProgress, optional(aFunction)],
  })
}

const aWait: Kind = [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds']

function checkRemoval(given: {
  readonly path: unknown
  readonly name: unknown
  readonly options: RemoveOptions
}): void {
  const { path, name, options } = given
  checkArguments('removeDatabase()', {
    path: [path, aPath],
    name: [name, aText],
    options: [options, anObject],
    'options.waitMs': [options?.waitMs, optional(aWait)],
    'options.onBlocked': [options?.onBlocked, optional(aFunction)],
  })
}

async function requireDirectory(tools: Tools, path: string): Promise<void> {
  const { state } = await tools.factsOf(path)
  if (state === 'directory') return
  const what = state === 'missing' ? 'is not there' : 'is a file'
  const message = `Directory "${path}" ${what}; name the one that holds the databases`
  throw domException('NotFoundError', message)
}
