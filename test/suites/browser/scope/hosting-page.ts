/** All the ways to host a directory in a browser, from a page or from a dedicated worker, held to one suite. */
import type * as Package from '../../../../src/index.ts'
import type { IndexedDBOptions } from '../../../../src/index.ts'
import type * as Memory from '../../../../vfs/memory.ts'
import { type Hosting, hostingSuite } from '../../../kit/hosting-suite.ts'
import { assert } from './assert.ts'
import { Suite, type TestResult } from './suite.ts'

const isPage = typeof document !== 'undefined'
const { createIndexedDB, close, serve } = await importFrom<typeof Package>('/dist/index-browser.js')
const { memory } = await importFrom<typeof Memory>('/dist/vfs-memory.js')

let count = 0
const newPath = (): string => `hosting/${isPage ? 'page' : 'worker'}/${count++}`

function importFrom<Module>(path: string): Promise<Module> {
  return import(new URL(path, location.origin).href)
}

const onOptions = (options: IndexedDBOptions): Hosting => ({
  create: () => createIndexedDB(options),
  close,
})

/** Each factory has a channel of its own to its owner. */
function throughPorts(serveAt: (port: MessagePort) => void): Hosting {
  const create = (): IDBFactory => {
    const { port1, port2 } = new MessageChannel()
    serveAt(port1)
    return createIndexedDB({ port: port2 })
  }
  return { create, close }
}

function throughPortsOf(options: IndexedDBOptions): Hosting {
  const owner = createIndexedDB(options)
  return throughPorts((port) => serve(port, owner))
}

/** All factories share the port. */
function throughOnePort(options: IndexedDBOptions): Hosting {
  const { port1, port2 } = new MessageChannel()
  serve(port1, createIndexedDB(options))
  return onOptions({ port: port2 })
}

/** The owner is a worker of the user's, which serves. */
function throughPortsTo(worker: Worker): Hosting {
  const path = newPath()
  return throughPorts((port) => worker.postMessage(path, [port]))
}

const startWorker = (url: string): Worker => new Worker(url, { type: 'module' })

/** Those that any thread has; OPFS is in a worker where this thread is a page. */
const everywhere: Readonly<Record<string, () => Hosting>> = {
  'in memory': () => onOptions({ vfs: memory() }),
  'in OPFS': () => onOptions({ path: newPath() }),
  'through a port of its own, in memory': () => throughPortsOf({ vfs: memory() }),
  'through a port that all share, in OPFS': () => throughOnePort({ path: newPath() }),
}

/** Those with a worker of the user's; `end` terminates the workers. */
function withWorkers(): { hostings: Record<string, () => Hosting>; end: () => void } {
  const hosting = startWorker('/dist/worker.js')
  const owning = startWorker('/scope/owner-worker.js')
  return {
    hostings: {
      "in a worker of the user's": () => onOptions({ path: newPath(), worker: hosting }),
      "through a port of its own to a worker of the user's": () => throughPortsTo(owning),
    },
    end: () => [hosting, owning].forEach((worker) => worker.terminate()),
  }
}

async function run(): Promise<TestResult[]> {
  const workers = isPage ? withWorkers() : null
  const results: TestResult[] = []
  for (const [name, makeHosting] of Object.entries({ ...everywhere, ...workers?.hostings })) {
    const suite = new Suite()
    hostingSuite({ test: suite.test, assert }, makeHosting, { rounds: 2 })
    for (const it of await suite.run()) results.push({ ...it, title: `${name}, ${it.title}` })
  }
  workers?.end()
  return results
}

const hosting = { run }
export type HostingTests = typeof hosting
Object.assign(globalThis, { hosting })

// In a worker: what it finds goes back.
if (!isPage) postMessage(await run())
