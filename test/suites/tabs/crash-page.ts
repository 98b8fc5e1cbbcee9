import type { Page } from 'playwright-core'

/** Whether the page's browser has a command for a crash. */
export function canCrash(page: Page): boolean {
  return page.context().browser()?.browserType().name() === 'chromium'
}

/** Crashes a page's renderer where the browser has a command for that; elsewhere closes the page without its listeners. */
export async function crashPage(page: Page): Promise<void> {
  if (!canCrash(page)) return page.close()
  const session = await page.context().newCDPSession(page)
  const crashed = page.waitForEvent('crash')
  // It has no answer: the page is gone.
  session.send('Page.crash').catch(() => null)
  await crashed
}
