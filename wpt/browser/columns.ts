/** What the suite runs on in a browser: its own stores, and this package on each VFS. Each is a column of the tables. */
import { type BrowserName, chromiumStores } from '../../test/kit/browsers.ts'
import type { BrowserVfsName } from './implementation.ts'
import type { ScopeName } from './wrappers.ts'

export const columnNames = [
  'native',
  'native-leveldb',
  'native-sqlite',
  'memory',
  'opfs',
  'opfs-other-tab',
] as const
export type ColumnName = (typeof columnNames)[number]

/** In the order of running: ours is held against the browser's own. */
export function columnsOf(browser: BrowserName, scope: ScopeName): readonly ColumnName[] {
  const natives: readonly ColumnName[] =
    browser === 'chromium' ? ['native-leveldb', 'native-sqlite'] : ['native']
  // Shared and service workers get no synchronous file of OPFS: there another tab has to own the directory.
  const isForOpfs = scope === 'window' || scope === 'worker'
  return [...natives, 'memory', ...(isForOpfs ? (['opfs'] as const) : []), 'opfs-other-tab']
}

/** The VFS of a column of this package's; null: the browser's own implementation. */
export function vfsOf(column: ColumnName): BrowserVfsName | null {
  if (column === 'opfs-other-tab') return 'opfs'
  return column === 'memory' || column === 'opfs' ? column : null
}

/** Whether another tab owns the directory while a page runs. */
export function hasOtherTab(column: ColumnName): boolean {
  return column === 'opfs-other-tab'
}

/**
 * The arguments that make a browser use this store of its own, which it does for storage on disk only; null: storage that
 * goes with the context will do.
 */
export function profileArguments(column: ColumnName): readonly string[] | null {
  if (column === 'native-leveldb') return chromiumStores.leveldb
  return column === 'native-sqlite' ? chromiumStores.sqlite : null
}
