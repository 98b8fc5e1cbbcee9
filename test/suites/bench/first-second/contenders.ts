/** Who takes part in the first second of a process, and what each is told. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  constructorsName,
  exportNames,
  memoryName,
} from '../../../../src/sqlite/binding/wa-sqlite-names.ts'
import { installedPackage } from '../../../kit/runtimes.ts'
import { peerVersions } from '../warm/implementations.ts'

/** What a process is told, but for the place of its files. */
export interface Task {
  readonly kind: 'ours' | 'fake-indexeddb' | 'sqlite' | 'bare'
  /** What it imports. */
  readonly module?: string
  /** Names of the engine's exports, when it is to say where the time goes. */
  readonly parts?: Readonly<Record<string, string>>
}

/** One side of the comparison. */
export interface Contender {
  readonly name: string
  readonly task: Task
  /** Whether a second process can open what the first has written. */
  readonly isPersistent: boolean
}

/** A process that does nothing. */
const bare: Contender = { name: 'bare', task: { kind: 'bare' }, isPersistent: false }

/** What is measured, and where. */
export interface Field {
  readonly runtime: string
  /** This build. */
  readonly dist: string
  /** Another build to compare with; null: none. */
  readonly against: string | null
}

/** Those that this runtime can load. */
export async function contendersOf({ runtime, dist, against }: Field): Promise<Contender[]> {
  const { exec, prepare, step } = {
    exec: exportNames._sqlite3_exec,
    prepare: exportNames._sqlite3_prepare_v3,
    step: exportNames._sqlite3_step,
  }
  const parts = { exec, prepare, step, memory: memoryName, constructors: constructorsName }
  const own = sqliteOf(runtime)
  return [
    bare,
    onDisk('ours', { kind: 'ours', module: entryOf(dist) }),
    ...(against === null ? [] : [onDisk('before', { kind: 'ours', module: entryOf(against) })]),
    { name: 'fake-indexeddb', task: await fakeIndexedDB(), isPersistent: false },
    ...(loadsBetterSqlite(runtime) ? [onDisk('better-sqlite3', await betterSqlite())] : []),
    ...(own === null ? [] : [onDisk(own, { kind: 'sqlite', module: own } as const)]),
    onDisk('ours, watched', { kind: 'ours', module: entryOf(dist), parts }),
  ]
}

const onDisk = (name: string, task: Task): Contender => ({ name, task, isPersistent: true })

const entryOf = (dist: string): string => pathToFileURL(join(dist, 'index.js')).href

async function fakeIndexedDB(): Promise<Task> {
  const folder = await peer('fake-indexeddb')
  return { kind: 'fake-indexeddb', module: moduleIn(folder, 'fake-indexeddb/build/esm/index.js') }
}

/** It brings its binaries along, so that nothing is compiled when it is installed. */
async function betterSqlite(): Promise<Task> {
  const folder = await peer('better-sqlite3')
  return { kind: 'sqlite', module: moduleIn(folder, 'better-sqlite3/lib/index.js') }
}

function peer(name: keyof typeof peerVersions): Promise<string> {
  return installedPackage(name, peerVersions[name], ['--ignore-scripts'])
}

const moduleIn = (folder: string, path: string): string =>
  pathToFileURL(join(folder, 'node_modules', path)).href

/** Its binaries need Node 22. */
function loadsBetterSqlite(runtime: string): boolean {
  return /^node@2[2-9]/.test(runtime)
}

/** The runtime's own SQLite; null: it has none. */
function sqliteOf(runtime: string): string | null {
  if (runtime === 'bun') return 'bun:sqlite'
  return runtime === 'node@20' ? null : 'node:sqlite'
}
