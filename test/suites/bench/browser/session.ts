/** A browser that runs one case after another. */
import type { Page } from 'playwright-core'
import { type BrowserName, startThrowaway, type ThrowawayBrowser } from '../../../kit/browsers.ts'
import { type Server, startServer } from '../../../kit/page-server.ts'
import { cacheDirectory } from '../../../kit/runtimes.ts'
import type { Row } from '../warm/cases.ts'
import type { BenchPage, BenchRequest } from './page.ts'

/** What a session runs, and where. */
export interface SessionOptions {
  readonly browser: BrowserName
  /** For the browser's command line. */
  readonly args: readonly string[]
  /** The folder of what pages load. */
  readonly pageRoot: string
  /** The folder of the built package. */
  readonly dist: string
}

/** What runs while a page is there. */
interface Running {
  readonly server: Server
  readonly started: ThrowawayBrowser
  readonly page: Page
  /** Another tab, which owns the storage; null: there is none. */
  owner: Page | null
}

/** One browser with a profile of its own; a new one after a case that failed, which may have left anything in the old one. */
export class Session {
  readonly #options: SessionOptions
  #running: Running | null = null
  #version = ''

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** The browser's name and version; empty until a case has run. */
  get version(): string {
    return this.#version
  }

  /** @throws Error when the case fails, or has not ended after `limitMs`. */
  async run(request: BenchRequest, limitMs: number): Promise<Row[]> {
    const running = (this.#running ??= await this.#start())
    const { page } = running
    try {
      if (request.place !== 'tab')
        return await within(limitMs, page.evaluate(callRunBench, request))
      running.owner ??= await ownIn(await page.context().newPage(), page.url())
      const owner = await ownerOf(running.owner)
      const rows = await within(limitMs, page.evaluate(callRunBench, request))
      if ((await ownerOf(running.owner)) !== owner) throw new Error('The owner is another')
      return rows
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async close(): Promise<void> {
    const running = this.#running
    this.#running = null
    if (!running) return
    await running.started.close()
    running.server.close()
  }

  async #start(): Promise<Running> {
    const { browser, args, pageRoot, dist } = this.#options
    const server = await startServer({ '/bundle/': pageRoot, '/dist/': dist })
    const started = await startThrowaway(browser, { args, parent: cacheDirectory() })
    const { context } = started
    this.#version = `${browser} ${context.browser()?.version() ?? ''}`
    const page = await context.newPage()
    await page.goto(`${server.origin}/`)
    return { server, started, page, owner: null }
  }
}

/** Has a new tab own the storage. */
async function ownIn(tab: Page, url: string): Promise<Page> {
  await tab.goto(url)
  await tab.evaluate(async () => {
    await import(new URL('/bundle/page.mjs', location.origin).href)
    await (globalThis as unknown as BenchPage).own() // The module has set it.
  })
  return tab
}

/** Which thread of the browser has the storage. */
async function ownerOf(tab: Page): Promise<string> {
  const owners = await tab.evaluate(async () => {
    const { held = [] } = await navigator.locks.query()
    return held.filter(({ name }) => name?.startsWith('idb-everywhere:')).map((it) => it.clientId)
  })
  return JSON.stringify(owners)
}

/** Runs in the page. */
async function callRunBench(request: BenchRequest): Promise<Row[]> {
  await import(new URL('/bundle/page.mjs', location.origin).href)
  return (globalThis as unknown as BenchPage).runBench(request) // The module has set it.
}

function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${limitMs / 1000} s`)), limitMs)
  })
  return Promise.race([work, patience]).finally(() => clearTimeout(timer))
}
