import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { axeFindings } from '../../kit/axe-findings.ts'
import type { Scenario } from './visit.ts'

const require = createRequire(import.meta.url)

/** The page for everyone: by keyboard alone, on a phone, in the dark, without motion. */
export const accessScenarios: readonly Scenario[] = [
  {
    title: 'a workload is chosen, run and read by keyboard alone',
    async run(visit) {
      const { page } = visit
      await tabTo(page, '#workload')
      await page.keyboard.type('Break')
      await tabTo(page, 'input[name=rounds]')
      await page.keyboard.press('ArrowLeft')
      await tabTo(page, '#run')
      const status = await visit.runBy(() => page.keyboard.press('Enter'))
      assert.match(status, /^Done\. Memory: identical/)
      await tabTo(page, 'input[name=scale]')
      await page.keyboard.press('ArrowRight')
      await page
        .locator('.lane svg text', { hasText: /^event/ })
        .first()
        .waitFor()
      await tabTo(page, '[role=gridcell]')
      await page.keyboard.press('Enter')
      await page.getByRole('complementary').getByRole('tree', { name: 'Value' }).waitFor()
    },
  },
  {
    title: 'every stop of the Tab key has a name and a visible focus, the skip link first',
    async run(visit) {
      await visit.run('Break the rules')
      await visit.page.evaluate(() => {
        document.body.tabIndex = -1
        document.body.focus()
      })
      const stops = await tabStops(visit.page)
      assert.match(stops[0]?.name ?? '', /^Skip to the results/)
      assert.ok(stops.length > 12, `there are only ${stops.length} stops`)
      assert.deepEqual(
        stops.filter(({ name, isVisible }) => name === '' || !isVisible),
        [],
      )
    },
  },
  {
    title: 'headings go down one level at a time',
    async run(visit) {
      await visit.page.getByLabel('Spoil a record').check()
      await visit.run('Fill a store')
      const levels = await visit.page
        .locator('h1, h2, h3, h4')
        .evaluateAll((headings) => headings.map(({ tagName }) => Number(tagName.slice(1))))
      assert.equal(levels[0], 1)
      levels.forEach((level, at) => {
        assert.ok(level <= (levels[at - 1] ?? 0) + 1, `level ${level} at ${at} of ${levels.join()}`)
      })
    },
  },
  {
    title:
      'the button that runs is in sight on a wide screen and on a phone, and cards are aligned',
    isInShortForm: true,
    async run(visit) {
      const { page } = visit
      for (const size of [
        { width: 1440, height: 900 },
        { width: 390, height: 844 },
      ]) {
        await page.setViewportSize(size)
        await page.reload()
        const button = await page.getByRole('button', { name: 'Run', exact: true }).boundingBox()
        const bottom = (button?.y ?? Infinity) + (button?.height ?? 0)
        assert.ok(bottom < size.height, `the button ends at ${bottom} of ${size.height}`)
      }
      await page.setViewportSize({ width: 1440, height: 900 })
      await visit.done()
      const tops = await page
        .locator('.engine-figure')
        .evaluateAll((figures) => figures.map((it) => Math.round(it.getBoundingClientRect().top)))
      assert.equal(new Set(tops).size, 1, `figures at ${tops.join()}`)
    },
  },
  {
    title: 'at 360 pixels nothing is cut off, before a run and after, with everything open',
    isInShortForm: true,
    async run(visit) {
      const { page } = visit
      await page.setViewportSize({ width: 360, height: 780 })
      assert.equal(await visit.overflowPx(), 0, 'before a run')
      await page.getByText('Read the script').click()
      await page.getByLabel('Spoil a record').check()
      await visit.run('A cabinet of curiosities')
      await page.getByText('Every event, side by side').click()
      await visit.cells().first().click()
      await page.getByRole('tree', { name: 'Value' }).waitFor()
      assert.equal(await visit.overflowPx(), 0, 'after a run')
      await visit.action('Export SQLite file').click()
      await page.locator('.file-facts').waitFor()
      assert.equal(await visit.overflowPx(), 0, 'after an export')
    },
  },
  {
    title: 'axe-core finds nothing, light and dark, on a wide screen and on a phone',
    async run(visit) {
      const { page } = visit
      await visit.cells().first().click()
      await page.getByRole('tree', { name: 'Value' }).waitFor()
      await page.getByText('Every event, side by side').click()
      // A page whose policy forbids foreign scripts takes one from the debugger.
      await page.evaluate(await readFile(require.resolve('axe-core/axe.min.js'), 'utf8'))
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 844 })
        for (const name of ['Light', 'Dark']) {
          await page.getByRole('radio', { name }).check({ force: true })
          assert.deepEqual(await axeFindings(page), [], `${name}, ${width} pixels`)
        }
      }
    },
  },
  {
    title: 'the page is dark when the system is, and as the reader chose, also next time',
    firefoxPreferences: { 'layout.css.prefers-color-scheme.content-override': 0 },
    async run(visit) {
      const { page } = visit
      await page.emulateMedia({ colorScheme: 'dark' })
      assert.ok((await brightness(page)) < 60, 'dark with the system')
      await page.getByRole('radio', { name: 'Light' }).check({ force: true })
      assert.ok((await brightness(page)) > 200, 'light by choice')
      await page.reload()
      await visit.done()
      assert.ok((await brightness(page)) > 200, 'light by choice after a reload')
      await page.getByRole('radio', { name: 'Auto' }).check({ force: true })
      await page.emulateMedia({ colorScheme: 'light' })
      await page.getByRole('radio', { name: 'Dark' }).check({ force: true })
      assert.ok((await brightness(page)) < 60, 'dark by choice')
    },
  },
  {
    title: 'nothing moves for a reader who wants no motion',
    firefoxPreferences: { 'ui.prefersReducedMotion': 1 },
    async run(visit) {
      await visit.page.emulateMedia({ reducedMotion: 'reduce' })
      await visit.run('Break the rules')
      const durations = await visit.page
        .locator('.bar i')
        .evaluateAll((bars) => bars.map((bar) => getComputedStyle(bar).transitionDuration))
      assert.deepEqual([...new Set(durations)], ['0s'])
    },
  },
  {
    title: 'the end of a run is announced, and the table of events has a caption',
    async run(visit) {
      await visit.run('Break the rules')
      const { page } = visit
      assert.match((await page.getByRole('status').first().textContent()) ?? '', /^Done/)
      assert.equal(await page.locator('.event-table caption').count(), 1)
      assert.equal(await page.locator('html').getAttribute('lang'), 'en')
    },
  },
]

/** Presses Tab until an element of the selector has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab')
    const isThere = await page.evaluate((it) => {
      const focused = document.activeElement
      return (focused?.shadowRoot?.activeElement ?? focused)?.matches(it)
    }, selector)
    if (isThere) return
  }
  assert.fail(`Tab does not lead to ${selector}`)
}

/** Goes through the page once by Tab: what each stop is called, and whether it can be seen to have the focus. */
async function tabStops(page: Page): Promise<{ name: string; isVisible: boolean }[]> {
  const stops: { name: string; isVisible: boolean }[] = []
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(() => {
      const outer = document.activeElement
      const focused = outer?.shadowRoot?.activeElement ?? outer
      if (!focused || focused === document.body || focused === document.documentElement) return null
      // A choice shows its focus around its words.
      const shown = focused.matches('.segments input, .theme input')
        ? focused.nextElementSibling
        : focused
      const { outlineStyle, outlineWidth } = getComputedStyle(shown ?? focused)
      const labels = focused instanceof HTMLInputElement || focused instanceof HTMLSelectElement
      const label = labels ? focused.labels?.[0]?.textContent : null
      return {
        name: (label ?? focused.getAttribute('aria-label') ?? focused.textContent ?? '').trim(),
        isVisible: outlineStyle !== 'none' && outlineWidth !== '0px',
      }
    })
    if (stop === null) break
    stops.push(stop)
  }
  return stops
}

/** Of the page's ground: 0 is black, 255 white. The view of what is stored has the same. */
async function brightness(page: Page): Promise<number> {
  const [color = '', inView] = await page
    .locator('body, .stored-view')
    .evaluateAll((all) => all.map((it) => getComputedStyle(it).backgroundColor))
  assert.equal(inView, color)
  const channels = color.match(/\d+/g)?.slice(0, 3).map(Number) ?? []
  return channels.reduce((sum, channel) => sum + channel, 0) / channels.length
}
