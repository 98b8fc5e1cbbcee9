/** The implementations that programs run on. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { IDBKeyRange, close, createIndexedDB } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import type { Page } from 'playwright-core'
import {
  type BrowserName,
  browserNames,
  chromiumStores,
  findBrowser,
  startBrowser,
  startThrowaway,
  type ThrowawayBrowser,
} from '../../kit/browsers.ts'
import type { Server } from '../../kit/page-server.ts'
import { newSchema, remoteFactory } from '../../kit/postgres-schema.ts'
import { startPostgres, whyNoServer } from '../../kit/postgres-server.ts'
import { runPrograms } from './interpreter.ts'
import type { PageImplementation, PageRequest, RunInPage } from './page.ts'
import type { Program, Trace } from './program/program.ts'

export interface Target {
  readonly name: TargetName
  run(programs: readonly Program[]): Promise<Trace[]>
  close(): Promise<void>
}

/**
 * The native implementations, which judge; ours here, with its engine in this thread or in one of its own, or on a server; ours in
 * browsers, on a page or in a dedicated worker of it. `frames`: each program spans a page and two frames.
 */
export const targetNames = [
  'chromium',
  'chromium-leveldb',
  'firefox',
  'node-memory',
  'node-file',
  'node-worker',
  'node-postgres',
  'chromium-memory',
  'chromium-page-opfs',
  'chromium-worker-opfs',
  'firefox-memory',
  'firefox-page-opfs',
  'firefox-worker-opfs',
  'chromium-native-frames',
  'firefox-native-frames',
  'chromium-frames-opfs',
  'firefox-frames-opfs',
] as const
export type TargetName = (typeof targetNames)[number]

/** The native implementations: they judge. */
export function isNative(name: TargetName): boolean {
  const isOnePage = name === 'chromium' || name === 'chromium-leveldb' || name === 'firefox'
  return isOnePage || name.endsWith('native-frames')
}

/** The browser that a target runs in; null for those in this process. */
function browserOf(name: TargetName): BrowserName | null {
  return browserNames.find((it) => name.startsWith(it)) ?? null
}

/** Whether there is what the target runs on. */
export function isAvailable(name: TargetName): boolean {
  if (name === 'node-postgres') return whyNoServer() === null
  const browser = browserOf(name)
  return browser === null || findBrowser(browser) !== null
}

/** Where targets find the package as built. */
export interface Built {
  /** Serves it to pages. */
  readonly server: Server
  /** Its folder. */
  readonly dist: string
}

export async function startTarget(name: TargetName, { server, dist }: Built): Promise<Target> {
  const browser = browserOf(name)
  if (browser) return startInBrowser(name, browser, server)
  if (name === 'node-memory') return startHere(name, createIndexedDB({ vfs: memory() }))
  if (name === 'node-postgres') return startOnServer(name)
  const worker = name === 'node-worker' && pathToFileURL(join(dist, 'worker-node.js'))
  return startOnFiles(name, worker)
}

function implementationOf(name: TargetName): PageImplementation {
  if (isNative(name)) return 'native'
  return name.endsWith('opfs') ? 'opfs' : 'memory'
}

/** Programs run side by side: a browser spends most of the time waiting. */
const concurrency = 16

let batchCount = 0

/** A program that ends the browser has that for its trace: the browser is started again, and halves find the program. */
async function startInBrowser(
  name: TargetName,
  browserName: BrowserName,
  server: Server,
): Promise<Target> {
  const start = (): Promise<OpenPage> =>
    openPage(name === 'chromium-leveldb' ? startOnLevelDb : () => startAfresh(browserName), server)
  let open = await start()
  const run = async (programs: readonly Program[]): Promise<Trace[]> => {
    const request: PageRequest = {
      implementation: implementationOf(name),
      inWorker: name.includes('worker'),
      pages: name.includes('frames') ? 3 : 1,
      programs,
      prefix: `parity-${++batchCount}`,
      concurrency,
    }
    try {
      return await runIn(open.page, request)
    } catch (error) {
      if (!isEndOfBrowser(error)) throw error
      console.log(
        `${name} has ended among ${programs.length} programs: ${String(error).split('\n')[0]}`,
      )
      await open.close()
      open = await start()
    }
    if (programs.length === 1) return [{ streams: { main: [`ends ${name}`] }, operations: 0 }]
    const middle = programs.length >> 1
    const first = await run(programs.slice(0, middle))
    return [...first, ...(await run(programs.slice(middle)))]
  }
  return { name, run, close: () => open.close() }
}

function isEndOfBrowser(error: unknown): boolean {
  return error instanceof Error && /crashed|has been closed|disconnected/i.test(error.message)
}

/** Browsers start one by one while others work: half a minute, Playwright's own limit, has not been enough. */
const loadingMs = 300_000

/** A browser of its own. */
interface OpenPage {
  readonly page: Page
  close(): Promise<void>
}

async function startAfresh(browserName: BrowserName): Promise<ThrowawayBrowser> {
  const browser = await startBrowser(browserName)
  return { context: await browser.newContext(), close: () => browser.close() }
}

/** Chromium's other store, which it has for storage on disk only. */
function startOnLevelDb(): Promise<ThrowawayBrowser> {
  return startThrowaway('chromium', { args: chromiumStores.leveldb })
}

async function openPage(start: () => Promise<ThrowawayBrowser>, server: Server): Promise<OpenPage> {
  const { context, close: closeContext } = await start()
  const page = await context.newPage()
  page.setDefaultTimeout(loadingMs)
  await page.goto(`${server.origin}/`)
  await page.addScriptTag({ url: '/bundle/page.mjs', type: 'module' })
  await page.waitForFunction('typeof runInPage === "function"')
  return { page, close: closeContext }
}

async function runIn(page: Page, request: PageRequest): Promise<Trace[]> {
  const traces = await page.evaluate(
    (text) => (globalThis as unknown as { runInPage: RunInPage }).runInPage(text), // Set by page.ts.
    JSON.stringify(request),
  )
  return JSON.parse(traces) as Trace[] // As page.ts has them.
}

/** `worker`: the script of the thread that hosts the engine; false: it is in this one. */
async function startOnFiles(name: TargetName, worker: URL | false): Promise<Target> {
  const path = await mkdtemp(join(tmpdir(), 'idb-everywhere-parity-'))
  const target = startHere(name, createIndexedDB({ path, worker }))
  return {
    ...target,
    async close() {
      await target.close()
      await rm(path, { recursive: true, maxRetries: 3 })
    },
  }
}

async function startOnServer(name: TargetName): Promise<Target> {
  const server = await startPostgres()
  const { connectionString } = server
  const schema = await newSchema(connectionString)
  const target = startHere(name, remoteFactory({ connectionString, schema }))
  return {
    ...target,
    async close() {
      await target.close()
      await server.stop()
    },
  }
}

function startHere(name: TargetName, indexedDB: IDBFactory): Target {
  return {
    name,
    run: (programs) =>
      runPrograms([{ indexedDB, keyRange: IDBKeyRange }], programs, {
        prefix: `parity-${++batchCount}`,
        concurrency,
      }),
    close: () => close(indexedDB),
  }
}
