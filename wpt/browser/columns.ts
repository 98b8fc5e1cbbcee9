/** What the suite runs on in a browser: its own stores, and this package on each VFS. Each is a column of the tables. */
import { type BrowserName, chromiumStores } from '../../test/kit/browsers.ts'
import type { BrowserVfsName } from './implementation.ts'
import type { ScopeName } from './wrappers.ts'

export const columnNames = ['native', 'native-leveldb', 'native-sqlite', 'memory', 'opfs'] as const
export type ColumnName = (typeof columnNames)[number]

/** In the order of running: ours is held against the browser's own. */
export function columnsOf(browser: BrowserName, scope: ScopeName): readonly ColumnName[] {
  const natives: readonly ColumnName[] =
    browser === 'chromium' ? ['native-leveldb', 'native-sqlite'] : ['native']
  // Shared and service workers get no synchronous file of OPFS.
  const isForOpfs = scope === 'window' || scope === 'worker'
  return [...natives, ...(isForOpfs ? (['memory', 'opfs'] as const) : (['memory'] as const))]
}

/** The VFS of a column of this package's; null: the browser's own implementation. */
export function vfsOf(column: ColumnName): BrowserVfsName | null {
  return column === 'memory' || column === 'opfs' ? column : null
}

/**
 * The arguments that make a browser use this store of its own, which it does for storage on disk only; null: storage that
 * goes with the context will do.
 */
export function profileArguments(column: ColumnName): readonly string[] | null {
  if (column === 'native-leveldb') return chromiumStores.leveldb
  return column === 'native-sqlite' ? chromiumStores.sqlite : null
}
