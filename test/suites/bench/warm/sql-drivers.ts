/** Native SQLite packages, and the runtime's own, behind one small face: what the same storage work costs without us. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Places, requireNode22 } from './implementations.ts'

/** A prepared statement; parameters by position. */
export interface SqlStatement {
  run(...parameters: readonly SqlValue[]): unknown
  get(...parameters: readonly SqlValue[]): unknown
  all(...parameters: readonly SqlValue[]): readonly unknown[]
}

export type SqlValue = number | Uint8Array

/** An open database. */
export interface SqlDatabase {
  exec(sql: string): void
  prepare(sql: string): SqlStatement
  close(): void
}

/** A way to SQLite. */
export interface SqlDriver {
  readonly name: string
  open(file: string): SqlDatabase
}

/** Those that work here, and why the others do not. */
export async function loadSqlDrivers(
  places: Places,
): Promise<{ available: SqlDriver[]; missing: Map<string, string> }> {
  const available: SqlDriver[] = []
  const missing = new Map<string, string>()
  const loaders = {
    'better-sqlite3': () => loadBetterSqlite(places),
    'node:sqlite': loadNodeSqlite,
    'bun:sqlite': loadBunSqlite,
  }
  for (const [name, load] of Object.entries(loaders)) {
    try {
      const open = await load()
      open(':memory:').close()
      available.push({ name, open })
    } catch (error) {
      missing.set(name, String(error).split('\n', 1)[0] ?? '')
    }
  }
  return { available, missing }
}

type Open = SqlDriver['open']

async function loadBetterSqlite({ peers }: Places): Promise<Open> {
  requireNode22()
  const require = createRequire(join(peers['better-sqlite3'] ?? '', 'package.json'))
  const Database = require('better-sqlite3') as new (file: string) => SqlDatabase // Its documentation says so.
  return (file) => new Database(file)
}

async function loadNodeSqlite(): Promise<Open> {
  const { DatabaseSync } = await importBuiltin('node:sqlite')
  return (file) => new DatabaseSync(file)
}

async function loadBunSqlite(): Promise<Open> {
  const { Database } = await importBuiltin('bun:sqlite')
  return (file) => new Database(file)
}

// Not every runtime has these modules: no types reach here.
// oxlint-disable-next-line no-explicit-any
function importBuiltin(name: string): Promise<any> {
  return import(name)
}
