/**
 * What a page of the parity suite loads, and the dedicated worker that it starts: the interpreter, on the native
 * implementation or on ours, as built.
 */
import type * as Package from '../../../src/index.ts'
import type * as Memory from '../../../vfs/memory.ts'
import { runPrograms } from './interpreter.ts'
import type { Program, Trace } from './program/program.ts'
import type { Environment } from './run.ts'

/** `opfs`: hosted by a worker on a page, in the thread itself in a worker. */
export type PageImplementation = 'native' | 'memory' | 'opfs'

export interface PageRequest {
  readonly implementation: PageImplementation
  /** Whether the programs run in a dedicated worker of the page. */
  readonly inWorker: boolean
  /** How many documents each program spans: this page and frames in it. */
  readonly pages: number
  readonly programs: readonly Program[]
  readonly prefix: string
  readonly concurrency: number
}

/** Takes a `PageRequest` and gives traces, both as JSON: what drives browsers is slow with large objects. */
export type RunInPage = (request: string) => Promise<string>

type RunRequest = (request: PageRequest) => Promise<Trace[]>

const isPage = typeof document !== 'undefined'

let ours: Environment | null = null

/** The implementation as this page or worker has it. `shares`: other pages have it, too. */
type EnvironmentOf = (
  implementation: PageImplementation,
  options: { readonly shares: boolean },
) => Promise<Environment>

const environmentOf: EnvironmentOf = async (implementation, options) => {
  if (implementation === 'native') {
    return { indexedDB: globalThis.indexedDB, keyRange: globalThis.IDBKeyRange }
  }
  ours ??= await makeEnvironment(implementation, options)
  return ours
}

const makeEnvironment: EnvironmentOf = async (implementation, { shares }) => {
  // The test's server has the built package there.
  const { createIndexedDB, IDBKeyRange } = (await import(
    urlOf('index-browser.js')
  )) as typeof Package
  if (implementation === 'opfs') {
    const indexedDB = createIndexedDB({ ifLocked: shares ? 'share' : 'throw' })
    return { indexedDB, keyRange: IDBKeyRange }
  }
  const { memory } = (await import(urlOf('vfs-memory.js'))) as typeof Memory
  return { indexedDB: createIndexedDB({ vfs: memory() }), keyRange: IDBKeyRange }
}

function urlOf(name: string): string {
  return new URL(`/dist/${name}`, location.origin).href
}

const runHere: RunRequest = async ({ implementation, pages, programs, prefix, concurrency }) => {
  const options = { shares: pages > 1 }
  const environments: [Environment, ...Environment[]] = [
    await environmentOf(implementation, options),
  ]
  for (const page of await otherPages(pages - 1)) {
    environments.push(await page.environmentOf(implementation, options))
  }
  return runPrograms(environments, programs, { prefix, concurrency })
}

/** A page whose functions this one can call. */
type OtherPage = Window & { readonly environmentOf: EnvironmentOf }

const opened: OtherPage[] = []

/** Frames: documents with an implementation each that share this one's thread, which gives what they do an order. */
async function otherPages(count: number): Promise<readonly OtherPage[]> {
  while (opened.length < count) opened.push(await openPage())
  return opened
}

function openPage(): Promise<OtherPage> {
  return new Promise((resolve, reject) => {
    const frame = document.createElement('iframe')
    frame.onload = () => {
      const page = frame.contentWindow as OtherPage | null // Its script, this one, makes it so.
      if (!page) return reject(new Error('unreachable: the frame is in the document'))
      const script = page.document.createElement('script')
      script.type = 'module'
      script.src = import.meta.url
      script.onload = () => resolve(page)
      page.document.head.append(script)
    }
    frame.src = '/other-page'
    document.body.append(frame)
  })
}

let worker: Worker | null = null

const runInWorker: RunRequest = (request) =>
  new Promise((resolve, reject) => {
    worker ??= new Worker(import.meta.url, { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<Trace[]>) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(`The worker failed: ${message}`))
    worker.postMessage(request)
  })

const runInPage: RunInPage = async (text) => {
  const request = JSON.parse(text) as PageRequest // as the caller has it
  return JSON.stringify(await (request.inWorker ? runInWorker : runHere)(request))
}

if (isPage) {
  Object.assign(globalThis, { runInPage, environmentOf })
} else {
  // Listeners of programs throw: that is no failure of the worker's.
  addEventListener('error', (event) => event.preventDefault())
  addEventListener('message', ({ data }: MessageEvent<PageRequest>) => {
    // A failure is an uncaught error of the worker's, which is how the page learns of it.
    void runHere(data).then((traces) => postMessage(traces))
  })
}
