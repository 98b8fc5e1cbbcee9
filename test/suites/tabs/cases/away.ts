/** Pages that go away: into the back/forward cache, elsewhere, or for good, with a last transaction. */
import type { Page } from 'playwright-core'
import type { PageContext, Scene } from '../scene.ts'
import type { Globals } from '../scope/context.ts'
import type { Case } from './case.ts'

const times = 10

/** What the tab is that leaves, where one owns the directory. */
const places = { client: 'a later tab', only: 'the only tab', owner: 'the first tab' }
type Place = keyof typeof places

type Departure = 'close' | 'reload' | 'navigate'

/** When the last transaction is committed. */
const moments = {
  pagehide: 'in pagehide of',
  visibilitychange: 'in visibilitychange of',
  before: 'in the last task of script in',
}
type Moment = keyof typeof moments

export const awayCases: readonly Case[] = [
  {
    title: 'a page with an open connection goes to the back/forward cache and back',
    async run(scene) {
      const one = await scene.tab('1')
      await one.realm.open({ version: 1 })
      await one.realm.transact({ operations: [['put', 1, 'k']] })
      await goAndReturn(scene, one)
      await one.realm.open({ as: 'again' })
      await one.realm.transact({ on: 'again', mode: 'readonly', operations: [['get', 'k']] })
    },
  },
  {
    title: 'a page with an open connection goes to the back/forward cache beside another tab',
    async run(scene) {
      const other = await scene.tab('other')
      await other.realm.open({ version: 1 })
      const one = await scene.tab('1')
      await one.realm.open({})
      await goAndReturn(scene, one)
      await other.realm.transact({ operations: [['put', 1, 'k']] })
    },
  },
  ...(['client', 'only', 'owner'] as const).flatMap((place) =>
    (['pagehide', 'visibilitychange', 'before'] as const).flatMap((moment) =>
      (['close', 'reload', 'navigate'] as const).map((departure): Case => ({
        title: `put() and commit() ${moments[moment]} ${places[place]} are kept, ${times} times of ${times} at ${departure}`,
        isInShortForm: place !== 'owner' && moment === 'pagehide' && departure === 'reload',
        ...(departure !== 'reload' && { unstableIn: { firefox: 'it keeps some of them only' } }),
        ideal: ['test: kept is what was put wherever the event was fired'],
        run: (scene) => leaveRepeatedly(scene, place, moment, departure),
      })),
    ),
  ),
]

async function goAndReturn(scene: Scene, { page }: PageContext): Promise<void> {
  await page.evaluate(() => {
    const { realm } = globalThis as unknown as Globals
    addEventListener('pageshow', ({ persisted }) => realm.log(`pageshow persisted ${persisted}`))
  })
  await page.goto(scene.elsewhere)
  // A page out of the cache does not load: what waits for that hangs, and an evaluation may end with the page.
  await Promise.race([page.evaluate(() => history.back()).catch(() => null), pause(500)])
  while (!(await Promise.race([isBack(page).catch(() => false), pause(1_000)]))) await pause(50)
}

function isBack(page: Page): Promise<boolean> {
  return page.evaluate(() => 'realm' in globalThis && document.readyState === 'complete')
}

function pause(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms))
}

async function leaveRepeatedly(
  scene: Scene,
  place: Place,
  moment: Moment,
  departure: Departure,
): Promise<void> {
  const keeper = place === 'client' ? await scene.tab('keeper') : null
  await keeper?.realm.open({ version: 1 })
  let tab = await scene.tab('leaving')
  for (let n = 0; n < times; n++) {
    await tab.realm.open({ version: 1 })
    await tab.realm.transact({ operations: [['put', 'before', `before ${n}`]] })
    const other = place === 'owner' ? await scene.tab('other') : null
    await other?.realm.open({})
    await scene.keepLines(tab)
    await writeAt(tab, moment, { n, goesTo: destination(scene, moment, departure) })
    tab = await leave(scene, tab, departure)
    if (other) await other.realm.transact({ mode: 'readonly', operations: [['get', `last ${n}`]] })
    if (other) await scene.close(other)
  }
  const last = keeper ?? tab
  if (!keeper) await last.realm.open({})
  await last.realm.pause(300)
  await last.realm.transact({ as: 'all', mode: 'readonly', operations: [['keys']] })
  scene.remark(await lostOf(last))
}

/** Firefox does not always fire them in a tab that is closed; what the listener has done is known by its mark in local storage. */
async function lostOf({ page, realm }: PageContext): Promise<string> {
  const keys = (await realm.lines()).find((line) => line.startsWith('all: keys')) ?? ''
  const fired = await page.evaluate(() =>
    Object.keys(localStorage).filter((key) => key.startsWith('last ')),
  )
  const lost = fired.filter((key) => !keys.includes(`"${key}"`))
  return lost.length === 0
    ? 'kept is what was put wherever the event was fired'
    : `lost is ${lost.join(', ')}`
}

/** Where script is to go itself, in the task in which it writes; null: nowhere, the test has it leave. */
function destination(scene: Scene, moment: Moment, departure: Departure): string | null {
  if (moment !== 'before' || departure === 'close') return null
  return departure === 'reload' ? scene.url : scene.elsewhere
}

async function writeAt(
  { page }: PageContext,
  moment: Moment,
  last: { readonly n: number; readonly goesTo: string | null },
): Promise<void> {
  const left = last.goesTo === null ? null : page.waitForEvent('load')
  await page.evaluate(
    ({ moment, n, goesTo }) => {
      const { realm } = globalThis as unknown as Globals
      const write = (): void => {
        realm.begin({ as: 'last', operations: [['put', 'last', `last ${n}`], ['commit']] })
        localStorage.setItem(`last ${n}`, 'put')
      }
      if (moment === 'pagehide') addEventListener(moment, write)
      else if (moment === 'visibilitychange') document.addEventListener(moment, write)
      else write()
      if (goesTo === location.href) location.reload()
      else if (goesTo !== null) location.href = goesTo
    },
    { moment, ...last },
  )
  await left
}

async function leave(scene: Scene, tab: PageContext, departure: Departure): Promise<PageContext> {
  if (departure === 'reload') await tab.page.reload()
  if (departure === 'navigate') {
    await tab.page.goto(scene.elsewhere)
    await tab.page.goto(scene.url)
  }
  if (departure !== 'close') return tab
  // With what closing runs: pagehide is part of it.
  await tab.page.close({ runBeforeUnload: true })
  return scene.tab('leaving')
}
