import type { BrowserContext, Page } from 'playwright-core'

/** Pages of a browser that are used again: opening one costs several times as much as going to another origin. */
export class PagePool {
  readonly #browser: BrowserContext
  readonly #free: Page[] = []

  constructor(browser: BrowserContext) {
    this.#browser = browser
  }

  /** A page, wherever it was before. */
  async take(): Promise<Page> {
    return this.#free.shift() ?? this.#browser.newPage()
  }

  /** Takes a page back, of which only what its origin has stored is left. */
  async give(page: Page): Promise<void> {
    if (page.isClosed()) return
    try {
      await page.goto('about:blank')
      this.#free.push(page)
    } catch {
      // It has crashed, or does not go away: another will do.
      await page.close()
    }
  }
}
