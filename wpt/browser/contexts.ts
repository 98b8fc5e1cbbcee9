/** Contexts of a browser for the pages of one column. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { type BrowserName, startBrowser, startProfile } from '../../test/browsers.ts'
import { type ColumnName, profileArguments } from './columns.ts'
import type { OpenContext } from './seat.ts'

export interface Contexts {
  readonly open: OpenContext
  /** Ends the browser; all contexts are closed by then. */
  close(): Promise<void>
}

export async function openContexts(browser: BrowserName, column: ColumnName): Promise<Contexts> {
  const args = profileArguments(column)
  if (args) return profiles(browser, args)
  const running = await startBrowser(browser)
  return { open: () => running.newContext(), close: () => running.close() }
}

/** Each context is a browser with a profile on disk. */
function profiles(browser: BrowserName, args: readonly string[]): Contexts {
  const folders: string[] = []
  return {
    async open(): Promise<BrowserContext> {
      const folder = await mkdtemp(join(tmpdir(), 'idb-everywhere-wpt-'))
      folders.push(folder)
      return startProfile(browser, folder, { args })
    },
    async close() {
      for (const folder of folders) await rm(folder, { recursive: true, maxRetries: 3 })
    },
  }
}
