/**
 * A stand-in for the package indexeddbshim: `setGlobalVars()` with the options its users set.
 *
 * ```ts
 * import setGlobalVars from 'idb-everywhere/indexeddbshim'
 *
 * const window = setGlobalVars({}, { databaseBasePath: './data' })
 * window.indexedDB.open('library', 1)
 * ```
 */
import { bareCopy } from './base/own-property.ts'
import { optionError } from './errors.ts'
import { install } from './index.ts'
import type { IDBFactory } from './api/global/interfaces.ts'
import { membersOf } from './options/options.ts'
import { memory } from '../vfs/memory.ts'

/** The options that have a meaning here; the other options of indexeddbshim are accepted and change nothing. */
export interface ShimOptions {
  /** The storage directory. Default: that of `createIndexedDB()`. */
  databaseBasePath?: string
  /** Any non-empty text: keep everything in memory. */
  memoryDatabase?: string
  [option: string]: unknown
}

/** What the target gets in addition to the IDB* classes. */
export interface ShimTarget {
  indexedDB: IDBFactory
  shimIndexedDB: ShimIndexedDB
}

/** The factory with the switches of indexeddbshim. */
export type ShimIndexedDB = IDBFactory & {
  /** Does nothing: the target has been set up already. */
  __useShim(): void
  /** Changes nothing: there is no log to switch on. */
  __debug(isOn: boolean): void
  __setConfig(options: ShimOptions): void
  __getConfig(option: string): unknown
}

/**
 * Options about indexeddbshim's own database engine, event system or origins, which do not exist here. Databases keep their
 * names, files go when their database is deleted, and the platform's events and exceptions are used.
 */
const optionsWithoutObject = [
  'DEBUG',
  'UnicodeIDContinue',
  'UnicodeIDStart',
  'addNonIDBGlobals',
  'addSQLiteExtension',
  'autoName',
  'avoidAutoShim',
  'cacheDatabaseInstances',
  'checkOrigin',
  'cursorPreloadPackSize',
  'databaseCharacterEscapeList',
  'databaseNameLengthLimit',
  'deleteDatabaseFiles',
  'escapeDatabaseName',
  'escapeNFDForDatabaseNames',
  'escapeNULForSQLiteStatements',
  'fs',
  'fullIDLSupport',
  'registerSCA',
  'replaceNonIDBGlobals',
  'sqlBusyTimeout',
  'sqlTrace',
  'sqlProfile',
  'sysDatabaseBasePath',
  'unescapeDatabaseName',
  'useSQLiteIndexes',
  'win',
]

const knownOptions = new Set(['databaseBasePath', 'memoryDatabase', ...optionsWithoutObject])

/**
 * Puts `indexedDB`, `shimIndexedDB` and the IDB* classes on `target` (null: the global object), over what is there, and
 * returns it.
 *
 * @throws TypeError for an option that indexeddbshim does not have either.
 */
export function setGlobalVars<Target extends object = typeof globalThis>(
  target?: Target | null,
  options: ShimOptions = {},
): Target & ShimTarget {
  const settings: ShimOptions = {}
  setOptions(settings, options)
  const { databaseBasePath: path, memoryDatabase } = settings
  const holder = target ?? globalThis
  const vfs = memoryDatabase ? memory() : undefined
  const factory = install({ target: holder, force: true, path: path || undefined, vfs })
  Object.defineProperty(
    holder,
    'shimIndexedDB',
    bareCopy({
      value: withSwitches(factory, settings),
      configurable: true,
      writable: true,
    }),
  )
  return holder as Target & ShimTarget // It has just got them.
}

export default setGlobalVars

function withSwitches(factory: IDBFactory, settings: ShimOptions): ShimIndexedDB {
  const switches = {
    __useShim() {},
    __debug() {},
    __setConfig: (options: ShimOptions) => setOptions(settings, options),
    __getConfig(option: string): unknown {
      checkOption(option)
      return settings[option]
    },
  }
  for (const [name, value] of Object.entries(switches)) {
    Object.defineProperty(factory, name, bareCopy({ value, configurable: true }))
  }
  return factory as ShimIndexedDB // It has just got them.
}

function setOptions(settings: ShimOptions, options: ShimOptions): void {
  for (const [name, value] of Object.entries(membersOf(options))) {
    checkOption(name)
    settings[name] = value
  }
}

function checkOption(name: string): void {
  if (knownOptions.has(name)) return
  const message = `Unknown option "${name}" of setGlobalVars(); indexeddbshim has none of that name either, see its documentation`
  throw optionError(name, message)
}
