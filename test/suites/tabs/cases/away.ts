/** Pages that go away: into the back/forward cache, elsewhere, or for good, with a last transaction. */
import type { Page } from 'playwright-core'
import type { PageContext, Scene } from '../scene.ts'
import type { Globals } from '../scope/context.ts'
import type { Case } from './case.ts'

const times = 10

/** Of all that was put, in the order of keys. */
const allKeys = ['before', 'last'].flatMap((text) =>
  Array.from({ length: times }, (_, n) => `${text} ${n}`),
)

type Departure = 'close' | 'reload' | 'navigate'

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
  ...(['pagehide', 'visibilitychange'] as const).flatMap((event) =>
    (['close', 'reload', 'navigate'] as const).map((departure): Case => ({
      title: `put() and commit() in ${event} are kept, ${times} times of ${times} at ${departure}`,
      isInShortForm: event === 'pagehide' && departure === 'reload',
      ...(departure === 'navigate' && { unstableIn: { firefox: 'it keeps some of them only' } }),
      ideal: [`keeper: tx: keys = ${JSON.stringify(allKeys)}`],
      run: (scene) => leaveRepeatedly(scene, event, departure),
    })),
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
  event: 'pagehide' | 'visibilitychange',
  departure: Departure,
): Promise<void> {
  const keeper = await scene.tab('keeper')
  await keeper.realm.open({ version: 1 })
  let tab = await scene.tab('leaving')
  for (let n = 0; n < times; n++) {
    await tab.realm.open({})
    await tab.realm.transact({ operations: [['put', 'before', `before ${n}`]] })
    await writeAt(tab, event, n)
    await scene.keepLines(tab)
    tab = await leave(scene, tab, departure)
  }
  await keeper.realm.pause(300)
  await keeper.realm.transact({ mode: 'readonly', operations: [['keys']] })
}

async function writeAt({ page }: PageContext, event: string, n: number): Promise<void> {
  await page.evaluate(
    ([event, n]) => {
      const { realm } = globalThis as unknown as Globals
      const target = event === 'pagehide' ? globalThis : document
      target.addEventListener(event, () =>
        realm.begin({ as: 'last', operations: [['put', 'last', `last ${n}`], ['commit']] }),
      )
    },
    [event, n] as const,
  )
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
