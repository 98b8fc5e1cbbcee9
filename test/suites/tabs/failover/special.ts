/** What a fleet of tabs goes through once, not in rounds. */
import type { BrowserContext } from 'playwright-core'
import type { Globals } from '../scope/context.ts'
import { Fleet, type FleetOptions, type LoadedTab } from './fleet.ts'
import type { Findings } from './ledger.ts'
import { processOf } from './processes.ts'

/** Gives what is wrong, nothing if all is well, and prints what was found. */
export type Special = (browser: BrowserContext, options: FleetOptions) => Promise<string[]>

export const specialNames = ['together', 'stopped', 'cleared'] as const
export type SpecialName = (typeof specialNames)[number]

const limitMs = 120_000

/** After how long tabs are told that the owner does not answer, and how much longer that may take. */
const warningMs = 5_000
const graceMs = 5_000
/** What the owner had answered before it was stopped has come by then, also where the processors are busy. */
const arrivingMs = 4_000

export const specials: Readonly<Record<SpecialName, Special>> = {
  /** Ten tabs that are opened at once find one owner. */
  async together(browser, options) {
    const fleet = await Fleet.begin(browser, options)
    await fleet.open(10)
    const complaints = await stillGoesOn(fleet, fleet.tabs)
    const hosting = await fleet.owners()
    console.log(`together: 10 tabs, ${hosting.length} with a worker of the package's`)
    if (hosting.length === 0) complaints.push('no tab hosts')
    return [...complaints, ...(await audited(fleet))]
  },

  /** The process of the owner is stopped: the others wait, are told who it is, and go on with it. */
  async stopped(browser, options) {
    const fleet = await Fleet.begin(browser, options)
    await fleet.open(3)
    const complaints = await stillGoesOn(fleet, fleet.tabs)
    const [owner] = await fleet.owners()
    if (!owner) return [...complaints, 'no tab owns the directory']
    const pid = await processOf(owner.page)
    process.kill(pid, 'SIGSTOP')
    try {
      complaints.push(...(await waitsForOwner(fleet, owner)))
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    return [...complaints, ...(await stillGoesOn(fleet, fleet.tabs)), ...(await audited(fleet))]
  },

  /** The browser clears what the site has stored: connections are closed, and nothing is acknowledged afterwards. */
  async cleared(browser, options) {
    const fleet = await Fleet.begin(browser, options)
    await fleet.open(3)
    const complaints = await stillGoesOn(fleet, fleet.tabs)
    const page = await browser.newPage()
    await page.goto(new URL('/clear-site-data', options.url).href)
    for (const { name, page } of fleet.tabs) {
      const isClosed = await page
        .waitForFunction(hasClosed, null, { polling: 50 })
        .then(() => true)
        .catch(() => false)
      if (!isClosed) complaints.push(`${name} got no close event`)
    }
    await fleet.pause(1_000)
    for (const { name, atMs } of await fleet.stop()) {
      const after = fleet.ledger.countAfter(name, atMs)
      if (after > 0)
        complaints.push(`${name} had ${after} commits acknowledged after its close event`)
    }
    return complaints
  },
}

/** Runs in the page. */
function hasClosed(): boolean {
  const { load } = globalThis as unknown as Globals
  return load.noticed.some(({ type }) => type === 'close')
}

async function stillGoesOn(fleet: Fleet, tabs: readonly LoadedTab[]): Promise<string[]> {
  const afterMs = Date.now()
  const found = await Promise.all(
    tabs.map(async ({ name }) => {
      const goesOn = await fleet.ledger.commitsAfter(name, afterMs, { count: 3, limitMs })
      return goesOn ? [] : [`${name} hangs`]
    }),
  )
  return found.flat()
}

/** The other tabs have nothing acknowledged while it is stopped, and are told of it. */
async function waitsForOwner(fleet: Fleet, owner: LoadedTab): Promise<string[]> {
  const answer = owner.page.evaluate(() => true)
  if (await Promise.race([answer, fleet.pause(arrivingMs)])) {
    return ['The process that was stopped is not the owner’s']
  }
  const stoppedMs = Date.now()
  await fleet.pause(warningMs + graceMs)
  const complaints: string[] = []
  // Several tabs may be of one process.
  for (const { name, page } of fleet.tabs.filter((tab) => tab !== owner)) {
    const after = fleet.ledger.countAfter(name, stoppedMs)
    if (after > 0) complaints.push(`${name} had ${after} commits acknowledged meanwhile`)
    const asked = page.evaluate(() => (globalThis as unknown as Globals).warnings())
    const warnings = await Promise.race([asked, fleet.pause(2_000)])
    console.log(`stopped: ${name} was told: ${warnings?.join('; ') || 'nothing'}`)
    if (warnings && warnings.length === 0) complaints.push(`${name} was not told whom it waits for`)
  }
  return complaints
}

async function audited(fleet: Fleet): Promise<string[]> {
  const noticed = await fleet.stop()
  const findings: Findings = fleet.ledger.audit(await fleet.stock(), fleet.dead)
  return [
    ...noticed.map(({ name, type }) => `${name} noticed ${type}`),
    ...Object.entries(findings).flatMap(([kind, keys]) =>
      keys.length > 0 ? [`${kind}: ${keys.length}, as ${keys[0]}`] : [],
    ),
  ]
}
