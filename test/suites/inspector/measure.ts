/** How fast the inspector is on a million records: reported, since the machine has a say in it. */
import type { Page } from 'playwright-core'
import { type BrowserName, type RunningBrowser, startBrowser } from '../../kit/browsers.ts'
import { type Built, fill, withDirectory } from './kit.ts'

const records = 1_000_000

/** Makes the records, and shows them in each browser. */
export async function measure(names: readonly BrowserName[], built: Built): Promise<void> {
  await withDirectory(async (path) => {
    const indexedDB = built.library.createIndexedDB({ path })
    await fill(indexedDB as unknown as IDBFactory, records)
    await built.library.close(indexedDB)
    for (const name of names) {
      const browser = await startBrowser(name)
      await measureIn(browser, path, built)
      await browser.close()
    }
  })
}

async function measureIn(browser: RunningBrowser, path: string, built: Built): Promise<void> {
  const report = (what: string, time: number): void =>
    console.log(`${browser.label}: ${what}: ${Math.round(time)} ms`)
  for (let visit = 1; visit <= 3; visit++) {
    const { url, close } = await built.serveInspector({ path })
    const context = await browser.newContext()
    const page = await context.newPage()
    const start = performance.now()
    await page.goto(url)
    report(`first records, visit ${visit}`, await page.evaluate(paintOfRecords))
    await page.getByRole('navigation', { name: 'Pages' }).getByText(`of 1,000,000`).waitFor()
    report(`counted, visit ${visit}`, performance.now() - start)
    if (visit === 1) await measurePages(page, report)
    await context.close()
    await close()
  }
}

async function measurePages(
  page: Page,
  report: (what: string, time: number) => void,
): Promise<void> {
  const buttons = ['Next page', 'Last page', 'Previous page', 'First page']
  for (const name of buttons) report(`${name}, by key`, await median(page, name))
  await page.getByRole('combobox').selectOption({ label: 'by by customer' })
  await page.getByRole('button', { name: 'Index key' }).waitFor()
  // The entries are being counted: that is the hard case.
  for (const name of buttons) report(`${name}, by index`, await median(page, name))
}

/** Resolves with when the records were there to be seen, in milliseconds since the page was asked for. */
function paintOfRecords(): Promise<number> {
  return new Promise((resolve) => {
    const look = (): void => {
      const root = document.querySelector('.whole-page')?.shadowRoot
      if (root?.querySelector('[role=gridcell]')) setTimeout(() => resolve(performance.now()))
      else requestAnimationFrame(look)
    }
    look()
  })
}

/** Of nine times, from the click to the rows of the other page; the way back is not counted. */
async function median(page: Page, name: string): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 9; i++) times.push(await page.evaluate(pressAndWait, name))
  return times.sort((one, other) => one - other)[4] ?? 0
}

/** In the page: presses the button, and waits until the first row is another. */
async function pressAndWait(name: string): Promise<number> {
  const root = document.querySelector('.whole-page')?.shadowRoot
  const first = (): string => root?.querySelector('tbody tr')?.textContent ?? ''
  const press = (label: string): void =>
    root?.querySelector<HTMLElement>(`.pager [aria-label="${label}"]`)?.click()
  const changes = (act: () => void): Promise<number> =>
    new Promise((resolve) => {
      const [before, start] = [first(), performance.now()]
      const look = (): void => {
        if (first() !== before) setTimeout(() => resolve(performance.now() - start))
        else requestAnimationFrame(look)
      }
      act()
      look()
    })
  const isAtEnd = root?.querySelector(`.pager [aria-label="${name}"]`)?.ariaDisabled === 'true'
  if (isAtEnd) await changes(() => press(/First|Previous/.test(name) ? 'Last page' : 'First page'))
  return changes(() => press(name))
}
