/** A browser that runs one case after another. */
import type { Page } from 'playwright-core'
import { type BrowserName, startThrowaway, type ThrowawayBrowser } from '../../../kit/browsers.ts'
import { type Server, startServer } from '../../../kit/page-server.ts'
import { cacheDirectory } from '../../../kit/runtimes.ts'
import type { Row } from '../warm/cases.ts'
import type { BenchRequest, RunBench } from './page.ts'

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
    const { page } = (this.#running ??= await this.#start())
    try {
      return await within(limitMs, page.evaluate(callRunBench, request))
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
    return { server, started, page }
  }
}

/** Runs in the page. */
async function callRunBench(request: BenchRequest): Promise<Row[]> {
  await import(new URL('/bundle/page.mjs', location.origin).href)
  return (globalThis as unknown as { runBench: RunBench }).runBench(request) // The module has set it.
}

function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${limitMs / 1000} s`)), limitMs)
  })
  return Promise.race([work, patience]).finally(() => clearTimeout(timer))
}
