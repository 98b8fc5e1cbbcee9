/** How fast the inspector is on a million records: reported, since the machine has a say in it. */
import type { Page } from 'playwright-core'
import type { RunningBrowser } from '../../kit/browsers.ts'
import { type Built, fill, withDirectory } from './kit.ts'

const records = 1_000_000

export async function measure(browser: RunningBrowser, built: Built): Promise<void> {
  await withDirectory(async (path) => {
    const indexedDB = built.library.createIndexedDB({ path })
    await fill(indexedDB as unknown as IDBFactory, records)
    const { url, close } = await built.serveInspector({ path })
    const context = await browser.newContext()
    const page = await context.newPage()
    const start = performance.now()
    await page.goto(url)
    await page.getByRole('gridcell').first().waitFor({ timeout: 60_000 })
    console.log(
      `${browser.label}: first records of ${records} after ${ms(performance.now() - start)}`,
    )
    for (const name of ['Next page', 'Last page', 'Previous page', 'First page']) {
      console.log(`${browser.label}: ${name} of ${records}: ${ms(await median(page, name))}`)
    }
    await page.getByRole('combobox').selectOption('by customer')
    for (const name of ['Next page', 'Last page']) {
      console.log(`${browser.label}: ${name} of the index: ${ms(await median(page, name))}`)
    }
    await context.close()
    await close()
    await built.library.close(indexedDB)
  })
}

/** Of five times, from the click to the rows of the other page; the way back is not counted. */
async function median(page: Page, name: string): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 5; i++) times.push(await page.evaluate(pressAndWait, name))
  return times.sort((one, other) => one - other)[2] ?? 0
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
        if (first() !== before) resolve(performance.now() - start)
        else requestAnimationFrame(look)
      }
      act()
      look()
    })
  const isAtEnd = root?.querySelector(`.pager [aria-label="${name}"]`)?.ariaDisabled === 'true'
  if (isAtEnd) await changes(() => press(/First|Previous/.test(name) ? 'Last page' : 'First page'))
  return changes(() => press(name))
}

function ms(time: number): string {
  return `${Math.round(time)} ms`
}
