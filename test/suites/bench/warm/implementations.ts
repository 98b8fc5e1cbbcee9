/** The IndexedDBs that are compared: this package as built, on disk and in memory, and its peers. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Implementation } from './cases.ts'
import { openDatabase } from './idb.ts'

/** Where everything is. */
export interface Places {
  readonly projectRoot: string
  /** An empty directory for this process's files. */
  readonly scratch: string
  /** Peer → the directory whose `node_modules` holds it. */
  readonly peers: Readonly<Record<string, string>>
}

/** A place for databases: on disk, or in memory. */
export type Medium = 'disk' | 'memory'

/** The peers and their versions; fetched on demand, never built here. */
export const peerVersions = {
  'fake-indexeddb': '6.2.8',
  indexeddbshim: '17.3.4',
  'better-sqlite3': '13.2.0',
} as const

/** What everything is compared with. */
export const baseline = 'fake-indexeddb'

const loaders = {
  disk: loadOnDisk,
  memory: loadInMemory,
  [baseline]: loadFake,
  indexeddbshim: loadShim,
}

/** What an implementation is called. */
export type Loaders = keyof typeof loaders

/** Those that work here, and why the others do not. `names`: which are wanted; null: all. */
export async function loadImplementations(
  places: Places,
  names: readonly Loaders[] | null = null,
): Promise<{ available: Implementation[]; missing: Map<string, string> }> {
  const available: Implementation[] = []
  const missing = new Map<string, string>()
  for (const [name, load] of Object.entries(loaders)) {
    if (names && !names.some((it) => it === name)) continue
    try {
      const implementation = { name, ...(await load(places)) }
      await probe(implementation.factory)
      available.push(implementation)
    } catch (error) {
      missing.set(name, String(error).split('\n', 1)[0] ?? '')
    }
  }
  return { available, missing }
}

type Loaded = Omit<Implementation, 'name'>

function loadOnDisk({ projectRoot, scratch }: Places): Promise<Loaded> {
  return loadBuild(join(projectRoot, 'dist'), { medium: 'disk', path: join(scratch, 'ours') })
}

function loadInMemory({ projectRoot }: Places): Promise<Loaded> {
  return loadBuild(join(projectRoot, 'dist'), { medium: 'memory', path: 'memory' })
}

/** Of `createIndexedDB()`. */
interface BuildOptions {
  readonly medium: Medium
  readonly path: string
  /** Left out: as NODE_ENV says. */
  readonly explain?: boolean
}

/** This package from a folder that a build has made. */
export async function loadBuild(
  dist: string,
  { medium, ...options }: BuildOptions,
): Promise<Loaded> {
  const { createIndexedDB, IDBKeyRange, close } = await importFile(dist, 'index.js')
  const { memory } = await importFile(dist, 'vfs-memory.js')
  const factory = createIndexedDB(medium === 'disk' ? options : { ...options, vfs: memory() })
  return { factory, keyRange: IDBKeyRange, close: () => close(factory) }
}

async function loadFake({ peers }: Places): Promise<Loaded> {
  const root = peers['fake-indexeddb'] ?? ''
  const { IDBFactory, IDBKeyRange } = await importFile(
    root,
    'node_modules/fake-indexeddb/build/esm/index.js',
  )
  return { factory: new IDBFactory(), keyRange: IDBKeyRange, close: async () => {} }
}

async function loadShim({ peers, scratch }: Places): Promise<Loaded> {
  requireNode22()
  const root = peers['indexeddbshim'] ?? ''
  const { default: setGlobalVars } = await importFile(
    root,
    'node_modules/indexeddbshim/src/node-UnicodeIdentifiers.js',
  )
  const databaseBasePath = join(scratch, 'indexeddbshim')
  mkdirSync(databaseBasePath)
  const scope: { indexedDB?: IDBFactory; IDBKeyRange?: typeof IDBKeyRange } = {}
  setGlobalVars(scope, { checkOrigin: false, fullIDLSupport: true, databaseBasePath })
  if (!scope.indexedDB || !scope.IDBKeyRange) throw new Error('It has set no globals')
  const { indexedDB: factory, IDBKeyRange: keyRange } = scope
  return { factory, keyRange, roundLimit: 3, close: async () => {} }
}

/** Refuses a runtime that the prebuilt better-sqlite3 does not support: there it crashes the process. */
export function requireNode22(): void {
  if (process.versions.bun || process.versions['deno']) return
  if (Number(process.versions.node.split('.')[0]) >= 22) return
  throw new Error('The binaries of better-sqlite3 need Node 22')
}

/** @throws whatever opening a database throws, or when it does not end. */
async function probe(factory: IDBFactory): Promise<void> {
  const opening = openDatabase(factory, 'probe', () => {})
  const patience = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('Opening a database does not end')), 5000).unref?.()
  })
  const database = await Promise.race([opening, patience])
  database.close()
}

// The modules are found at run time: no types reach here.
// oxlint-disable-next-line no-explicit-any
function importFile(root: string, path: string): Promise<any> {
  return import(pathToFileURL(join(root, path)).href)
}
