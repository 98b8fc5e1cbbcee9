import assert from 'node:assert/strict'
import { workloads } from '../../../browser-demo/workloads/all.ts'
import type { Scenario, Visit } from './visit.ts'

const identical = 'Done. Memory: identical to native. OPFS: identical to native.'

/** Running workloads and reading what comes of it. */
export const workloadScenarios: readonly Scenario[] = [
  ...workloads.map(({ title }): Scenario => ({
    title: `the workload "${title}" gives the same on memory, on OPFS and natively`,
    async run(visit) {
      const status = await visit.run(title)
      const differences = await visit.page.locator('.difference').allTextContents()
      const states = await visit.page.locator('.engine-state').allTextContents()
      assert.equal(status, identical, [...differences, ...states].join('\n  '))
    },
  })),
  {
    title: 'the first visit shows a result without being asked',
    async run({ page }) {
      assert.equal(await page.locator('#status').textContent(), identical)
      assert.equal(await page.locator('.timing.whole .bar-row').count(), 3)
      assert.equal(await page.locator('.verdict').count(), 2)
      assert.equal(await page.locator('.lane svg').count(), 3)
    },
  },
  {
    title: 'a run shows times, counts and events for each engine',
    async run(visit) {
      await visit.run('Fill a store')
      const { page } = visit
      const bars = page.locator('.timing.whole .bar-row')
      assert.equal(await bars.count(), 3)
      for (const text of await bars.allTextContents()) assert.match(text, /\d m?s/)
      const tallies = await page.locator('.verdict[data-engine=opfs] .tally').allTextContents()
      assert.equal(tallies[1], '100', 'stored records')
      const drawings = page.locator('.lane svg')
      assert.equal(await drawings.count(), 3)
      const labels = await drawings.evaluateAll((all) => all.map((it) => it.ariaLabel))
      assert.deepEqual(labels, Array(3).fill('upgradeneeded 1, success 102, complete 3'))
      await page.getByText('Every event, side by side').click()
      const firstRow = await page.locator('.event-table tbody tr').first().textContent()
      assert.match(firstRow ?? '', /version 0 to 1.*version 0 to 1.*version 0 to 1/)
    },
  },
  {
    title: 'a spoiled record is found, and the difference shown',
    isInShortForm: true,
    async run(visit) {
      await visit.page.getByLabel('Spoil a record').check()
      const status = await visit.run('Fill a store')
      assert.equal(status, 'Done. Memory: 1 difference to native. OPFS: 1 difference to native.')
      const marks = await visit.page.locator('.difference mark').allTextContents()
      assert.deepEqual(
        marks.filter((it) => it !== ''),
        [', spoiled: true', ', spoiled: true'],
      )
      const where = await visit.page.locator('.difference h4').first().textContent()
      assert.equal(where, 'sightings, record 1')
    },
  },
  {
    title: 'an engine that is not ticked does not run',
    async run(visit) {
      await visit.page.getByRole('checkbox', { name: 'OPFS', exact: true }).uncheck()
      assert.equal(await visit.run('Fill a store'), 'Done. Memory: identical to native.')
    },
  },
  {
    title: 'a run can be stopped, and another begun',
    async run(visit) {
      await beginLongRun(visit)
      await visit.page.getByRole('button', { name: 'Stop' }).click()
      assert.match(await visit.done(), /^Stopped/)
      assert.equal(await visit.run('Fill a store'), identical)
    },
  },
  {
    title: 'while a run goes on no database is exported or deleted',
    async run(visit) {
      const areOff = async (disabled: boolean): Promise<void> => {
        for (const name of ['Export SQLite file', 'Delete database'])
          await visit.action(name, { disabled }).waitFor()
      }
      await areOff(false)
      await beginLongRun(visit)
      await visit.page.getByRole('button', { name: 'Running…' }).waitFor()
      await areOff(true)
      await visit.page.getByRole('button', { name: 'Stop' }).click()
      await visit.done()
      await areOff(false)
    },
  },
  {
    title: 'a run asked for before the engines have started waits for all of them',
    async run(visit) {
      const { page } = visit
      let startEngines = (): void => {}
      const isStart = new Promise<void>((resolve) => (startEngines = resolve))
      await page.route('**/*.wasm', async (route) => {
        await isStart
        await route.continue()
      })
      await page.reload()
      const status = await visit.runBy(async () => {
        await page.getByRole('button', { name: 'Run', exact: true }).click()
        startEngines()
      })
      assert.equal(status, identical)
      assert.equal(await page.locator('.timing.whole .bar-row').count(), 3)
      await visit.place('demo-fill').waitFor()
    },
  },
]

/** Begins a run that is long enough not to end by itself while it is looked at. */
async function beginLongRun(visit: Visit): Promise<void> {
  const { page } = visit
  await visit.choose('Look things up')
  await page.getByRole('radio', { name: '10,000' }).check({ force: true })
  await page.getByRole('radio', { name: '5', exact: true }).check({ force: true })
  await page.getByRole('button', { name: 'Run', exact: true }).click()
}
