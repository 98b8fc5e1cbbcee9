/** Contexts of a browser for the pages of one column. */
import {
  type BrowserName,
  startBrowser,
  startThrowaway,
  type ThrowawayBrowser,
} from '../../test/kit/browsers.ts'
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
  const opened: ThrowawayBrowser[] = []
  return {
    async open() {
      const started = await startThrowaway(browser, { args })
      opened.push(started)
      return started.context
    },
    // Closing what is closed already does nothing.
    async close() {
      for (const started of opened) await started.close()
    },
  }
}
