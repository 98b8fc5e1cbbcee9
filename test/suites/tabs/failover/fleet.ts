/** Tabs of one origin, each under load. */
import type { BrowserContext, Page } from 'playwright-core'
import type { Globals } from '../scope/context.ts'
import type { ConnectionEvent, Fault, Stock, Told } from '../scope/load.ts'
import { Ledger } from './ledger.ts'

export interface LoadedTab {
  readonly name: string
  readonly page: Page
}

/** An event at the connection of a tab. */
export interface Noticed extends ConnectionEvent {
  readonly name: string
}

export interface FleetOptions {
  readonly url: string
  /** Transactions at a time in each tab. */
  readonly lines: number
  readonly pauseMs: number
  /** What the load does wrong on purpose. */
  readonly fault: Fault | null
}

export class Fleet {
  readonly ledger = new Ledger()
  /** Tabs under load. */
  readonly tabs: LoadedTab[] = []
  /** Names of those whose load has ended with their page. */
  readonly dead = new Set<string>()
  readonly #browser: BrowserContext
  readonly #options: FleetOptions
  #count = 0

  private constructor(browser: BrowserContext, options: FleetOptions) {
    this.#browser = browser
    this.#options = options
  }

  static async begin(browser: BrowserContext, options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(browser, options)
    await browser.exposeBinding('tell', (_, told: Told) => fleet.ledger.heard(told))
    return fleet
  }

  /** Opens tabs, all at once, and starts their load. */
  async open(count: number): Promise<void> {
    const pages = await Promise.all(Array.from({ length: count }, () => this.#browser.newPage()))
    await Promise.all(pages.map((page) => page.goto(this.#options.url)))
    await Promise.all(pages.map((page) => this.load(page)))
  }

  /** Starts the load of a page, under a new name. */
  async load(page: Page): Promise<void> {
    const { lines, pauseMs, fault } = this.#options
    const name = `t${++this.#count}`
    await page.waitForFunction(() => 'load' in globalThis, null, { polling: 50 })
    await page.evaluate((options) => (globalThis as unknown as Globals).load.start(options), {
      tab: name,
      lines,
      pauseMs,
      fault,
    })
    this.tabs.push({ name, page })
  }

  /** A tab whose load has ended: its page is closed, or has begun again. */
  drop(tab: LoadedTab): void {
    this.tabs.splice(this.tabs.indexOf(tab), 1)
    this.dead.add(tab.name)
  }

  /** The tabs that have a worker of the package's, the one with the oldest first: that is the owner. */
  async owners(): Promise<LoadedTab[]> {
    const found = await Promise.all(
      this.tabs.map(async (tab) => ({
        tab,
        sinceMs: await tab.page.evaluate(() => (globalThis as unknown as Globals).hostingSince()),
      })),
    )
    const hosting = found.flatMap(({ tab, sinceMs }) => (sinceMs === null ? [] : { tab, sinceMs }))
    return hosting.sort((one, other) => one.sinceMs - other.sinceMs).map(({ tab }) => tab)
  }

  /** Ends the load; gives what connections noticed, which they should not. */
  async stop(): Promise<Noticed[]> {
    const noticed = await Promise.all(
      this.tabs.map(async ({ name, page }) => {
        const events = await page.evaluate(() => (globalThis as unknown as Globals).load.stop())
        return events.map((event) => ({ name, ...event }))
      }),
    )
    return noticed.flat()
  }

  pause(ms: number): Promise<null> {
    return new Promise((resolve) => setTimeout(() => resolve(null), ms))
  }

  async stock(): Promise<Stock> {
    const [tab] = this.tabs
    if (!tab) throw new Error('No tab is left')
    return tab.page.evaluate(() => (globalThis as unknown as Globals).load.stock())
  }
}
