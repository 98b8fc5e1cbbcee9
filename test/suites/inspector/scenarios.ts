/** What a person does with the inspector. */
import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { axeFindings } from '../../kit/axe-findings.ts'
import { type Scenario, type Visit, orderOf, orders, putOrder } from './kit.ts'

const cells = (page: Page): Locator => page.getByRole('gridcell')

/** Where the tree is folded it has to be unfolded first. */
async function choosePlace(page: Page, name: RegExp): Promise<void> {
  const fold = page.locator('.places-fold[aria-expanded=false]')
  if (await fold.isVisible()) await fold.click()
  await place(page, name).click()
}

const place = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('tree', { name: 'Databases' }).getByRole('treeitem', { name })
const status = (page: Page): Locator =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('status')

async function filter(page: Page, text: string): Promise<void> {
  await page.getByRole('searchbox').fill(text)
  await page.getByRole('button', { name: 'Filter' }).click()
}

/** Waits until the locator's text matches. */
async function shows(locator: Locator, text: string | RegExp): Promise<void> {
  await locator.filter({ hasText: text }).first().waitFor({ timeout: 120_000 })
}

export const scenarios: readonly Scenario[] = [
  {
    title: 'a record is found by its key, shown whole, and put away by Escape',
    async run({ page }) {
      await filter(page, '1234')
      await shows(status(page), '1–1 of 1')
      await cells(page).first().click()
      const record = page.getByRole('complementary')
      await shows(record.getByRole('treeitem'), `name"${orderOf(1234).customer.name}"`)
      await page.keyboard.press('Escape')
      await record.waitFor({ state: 'detached' })
    },
  },
  {
    title: 'pages go to both ends, by position, and say where they are',
    async run({ page }) {
      const go = (name: string): Promise<void> => page.getByRole('button', { name }).click()
      await shows(status(page), '1–50 of 2,000')
      await go('Next page')
      await shows(status(page), '51–100 of 2,000')
      await shows(cells(page).first(), /^51$/)
      await go('Last page')
      await shows(status(page), '1,951–2,000 of 2,000')
      await go('Previous page')
      await shows(status(page), '1,901–1,950 of 2,000')
      await shows(cells(page).first(), /^1901$/)
      await go('First page')
      await shows(cells(page).first(), /^1$/)
    },
  },
  {
    title: 'an index orders the records, in both directions, and filters by its own keys',
    async run({ page }) {
      await page.getByRole('combobox').selectOption({ label: 'by by customer' })
      await shows(cells(page).first(), /^"Ada"$/)
      await page.getByRole('button', { name: 'Index key' }).click()
      await shows(cells(page).first(), /^"Radia"$/)
      await filter(page, 'Edsger..Grace')
      await shows(status(page), `1–50 of ${(orders / 2).toLocaleString('en')}`)
      await filter(page, '[1')
      await shows(page.getByRole('alert'), 'no key')
      await filter(page, '42')
      await page.getByText('No record has such a key').waitFor()
    },
  },
  {
    title: 'every type of value is shown, images as images, and cycles by number',
    async run({ page }) {
      await place(page, /settings/).click()
      await page.getByRole('gridcell', { name: '"everything"' }).click()
      const tree = page.getByRole('tree', { name: 'Value' })
      for (const text of [
        '2026-01-02T00:00:00.000Z',
        'Map of 1',
        'Set of 2',
        '12n',
        'undefined',
        '300 B',
        'the same as #0',
      ]) {
        await shows(tree.getByRole('treeitem'), text)
      }
      const picture = tree.getByRole('img')
      assert.equal(await picture.evaluate((it: HTMLImageElement) => it.naturalWidth), 1)
      await shows(tree.locator('pre'), /^000000 {2}00 01 02 03/)
    },
  },
  {
    title: 'a record is changed and deleted, once that is switched on, with a question before',
    async run({ page }) {
      await filter(page, '7')
      await cells(page).first().click()
      await shows(page.getByRole('treeitem'), 'total')
      assert.equal(await page.getByRole('button', { name: 'Edit' }).count(), 0)
      await page.getByLabel('Allow editing').check()
      await page.getByRole('button', { name: 'Edit' }).click()
      const area = page.getByRole('textbox', { name: /as JSON/ })
      await area.fill('{"id": 7, "total":')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('alert').waitFor()
      await area.fill('{"id": 8}')
      await page.getByRole('button', { name: 'Save' }).click()
      await shows(page.getByRole('alert'), 'has another key')
      await area.fill('{"id": 7, "changed": {"$": "Date", "value": "2026-03-04"}}')
      await page.getByRole('button', { name: 'Save' }).click()
      await shows(page.getByRole('treeitem'), 'changed2026-03-04T00:00:00.000Z')
      await page.getByRole('button', { name: 'Delete' }).click()
      const dialog = await page.getByRole('dialog').boundingBox()
      const { width } = page.viewportSize() ?? { width: 0 }
      // In the middle, whatever it is part of.
      assert.equal((dialog?.x ?? 0) * 2 + (dialog?.width ?? 0), width)
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Delete' }).click()
      await page.getByRole('button', { name: 'Delete the record' }).click()
      await page.getByText('No record has such a key').waitFor()
    },
  },
  {
    title: 'what another program writes appears by itself, and what is open stays',
    async run({ page, indexedDB }) {
      await page.getByRole('button', { name: 'Key', exact: true }).click()
      await shows(cells(page).first(), /^2000$/)
      await cells(page).first().click()
      await putOrder(indexedDB, { ...orderOf(2001), note: 'new' })
      await shows(cells(page).first(), /^2001$/)
      await shows(status(page), 'of 2,001')
      await shows(page.getByRole('heading', { level: 3 }), '2000')
    },
  },
  {
    title: 'what any program commits stands on the timeline',
    async run({ page, indexedDB }) {
      await place(page, /shop/).click()
      await page.getByRole('tab', { name: 'Activity' }).click()
      await page.getByText('Nothing was committed in the last minute').waitFor()
      await putOrder(indexedDB, orderOf(2001))
      await shows(page.locator('.timeline li'), 'orders1 transaction · 1 change')
      await shows(page.getByRole('row'), /orders 1 change/)
    },
  },
  {
    title: 'all of it can be done by keyboard alone',
    async run({ page }) {
      await tabTo(page, '[role=treeitem]')
      for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'Enter']) {
        await page.keyboard.press(key)
      }
      await shows(page.getByRole('columnheader'), 'Primary key')
      await tabTo(page, '[role=gridcell]')
      await page.keyboard.press('PageDown')
      await shows(status(page), '51–100')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await page.getByRole('tree', { name: 'Value' }).waitFor()
      await tabTo(page, '[aria-label=Value] [role=treeitem]')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('Escape')
      await page.getByRole('complementary').waitFor({ state: 'detached' })
    },
  },
  {
    title: 'on a phone nothing is wider than the screen, and in the dark the view is dark',
    async run(visit) {
      const { page } = visit
      await page.setViewportSize({ width: 390, height: 844 })
      await everyView(visit, async (view) => {
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        assert.equal(overflow, 0, view)
      })
      await page.getByRole('tree', { name: 'Databases' }).waitFor({ state: 'hidden' })
      await page.getByRole('radio', { name: 'Dark' }).check({ force: true })
      const paper = await page
        .locator('.inspector')
        .evaluate((it) => getComputedStyle((it.getRootNode() as ShadowRoot).host).backgroundColor)
      assert.equal(paper, 'rgb(15, 20, 22)')
    },
  },
  {
    title: 'axe-core finds nothing in any view, light and dark',
    async run(visit) {
      const { page, built } = visit
      // A page whose policy forbids foreign scripts takes one from the debugger.
      const { readFile } = await import('node:fs/promises')
      await page.evaluate(await readFile(built.axePath, 'utf8'))
      for (const theme of ['Light', 'Dark']) {
        await page.getByRole('radio', { name: theme }).check({ force: true })
        await everyView(visit, async (view) => {
          assert.deepEqual(await axeFindings(page), [], `${view}, ${theme}`)
        })
      }
    },
  },
]

/** Goes through the views, each with something in it. */
async function everyView(
  { page, indexedDB }: Visit,
  check: (view: string) => Promise<void>,
): Promise<void> {
  await choosePlace(page, /shop/)
  await page.getByRole('img', { name: /Schema of shop/ }).waitFor()
  await check('schema')
  await page.getByRole('tab', { name: 'Sizes' }).click()
  await shows(page.getByRole('tabpanel'), 'records')
  await check('sizes')
  await page.getByRole('tab', { name: 'Activity' }).click()
  await putOrder(indexedDB, orderOf(1))
  await shows(page.locator('.timeline li'), 'orders')
  await check('activity')
  await choosePlace(page, /settings/)
  await cells(page).first().waitFor()
  await check('records')
  await page.getByRole('gridcell', { name: '"everything"' }).click()
  await page.getByRole('tree', { name: 'Value' }).waitFor()
  await check('record')
  await page.getByRole('button', { name: 'Close the record' }).click()
}

/** Presses Tab until what has the focus, within the shadow root, matches. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab')
    const isThere = await page.evaluate(
      (it) => document.activeElement?.shadowRoot?.activeElement?.matches(it) ?? false,
      selector,
    )
    if (isThere) return
  }
  assert.fail(`Tab does not lead to ${selector}`)
}
