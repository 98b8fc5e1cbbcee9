/** What a page of the benchmark loads, and the dedicated worker it starts: the cases, on native and on ours, as built. */
import type * as Package from '../../../../src/index.ts'
import { type Case, type Implementation, type Row, runCases } from '../warm/cases.ts'
import { openDatabase } from '../warm/idb.ts'
import { browserCases, deliveryName, echoName } from './cases.ts'
import { deliveries, echoes, offerEcho } from './echo.ts'

/** On a page a worker of this package's hosts OPFS; in a dedicated worker the thread does; in a second tab it is the first tab's worker. */
export type Place = 'page' | 'worker' | 'tab'

/** One case, to be run. */
export interface BenchRequest {
  readonly place: Place
  readonly name: string
  readonly rounds: number
}

/** What a page can be told to do. */
export interface BenchPage {
  /** Gives the case's rows. */
  runBench(request: BenchRequest): Promise<Row[]>
  own(): Promise<void>
}

type RunBench = BenchPage['runBench']

/** Little, since there are six combinations of store and place; native processes warm up while the cases are filled. */
const effort = { warmUps: 1, gapRounds: 1 }

const isPage = typeof document !== 'undefined'

/** What runs in the other place than this is sent there. */
const runBench: RunBench = (request) =>
  request.place === 'worker' && isPage ? runInWorker(request) : runHere(request)

async function runHere({ place, name, rounds }: BenchRequest): Promise<Row[]> {
  const implementations = await loadImplementations()
  const field = {
    implementations,
    baseline: 'native',
    goalsOf: goalsOf(place),
    beside: beside(place),
  }
  const cases = browserCases.filter((it) => it.name === name)
  const rows = await runCases(
    cases.map((it) => ({ ...it, effort: { ...effort, rounds } })),
    field,
    { filter: '', rounds: null },
  )
  for (const { close } of implementations) await close()
  return rows
}

/** What the rows are to stay within, as parts of the native time. */
function goalsOf(place: Place) {
  return ({ name }: Case) => {
    const ratio = ratioFor[place](name)
    return ratio === null ? [] : [{ contender: 'opfs', ratio, node20: ratio }]
  }
}

const isChromium = navigator.userAgent.includes('Chrome')

/** null: that place has no goal there. */
const ratioFor: Readonly<Record<Place, (name: string) => number | null>> = {
  page: () => 1,
  worker: (name) => (/^(put|get|index\.get|1,000 one-)/.test(name) ? 0.5 : null),
  tab(name) {
    if (/1 MiB/.test(name)) return 1.5
    if (/^1,000 one-(put|get)/.test(name)) return 1.2
    if (name === 'getAll of 10,000') return isChromium ? 1.3 : 1
    return /^(put|get|cursor over) 10,000$/.test(name) ? 1 : null
  },
}

/** Of what goes from tab to tab and is awaited each time, some part is the browser's own. */
function beside(place: Place) {
  return ({ name, count }: Case) => {
    if (place !== 'tab') return []
    if (name === 'put 10 of 1 MiB') return [deliveries(deliveryName, count)]
    return name.endsWith(', awaited') ? [echoes(echoName, count)] : []
  }
}

/** Has this tab own the storage for as long as it is open, and echo. */
async function own(): Promise<void> {
  offerEcho()
  const { createIndexedDB } = await loadPackage()
  await openDatabase(createIndexedDB(), 'own', () => {})
}

async function loadImplementations(): Promise<Implementation[]> {
  const native = {
    name: 'native',
    factory: globalThis.indexedDB,
    keyRange: globalThis.IDBKeyRange,
    close: async () => {},
  }
  const { createIndexedDB, IDBKeyRange, close } = await loadPackage()
  const factory = createIndexedDB()
  return [native, { name: 'opfs', factory, keyRange: IDBKeyRange, close: () => close(factory) }]
}

/** The server has the built package there. */
async function loadPackage(): Promise<typeof Package> {
  return (await import(new URL('/dist/index-browser.js', location.origin).href)) as typeof Package
}

const runInWorker: RunBench = (request) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(import.meta.url, { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<Row[]>) => {
      worker.terminate()
      resolve(data)
    }
    worker.onerror = ({ message }) => reject(new Error(`The worker failed: ${message}`))
    worker.postMessage(request)
  })

if (isPage) {
  Object.assign(globalThis, { runBench, own })
} else {
  addEventListener('message', ({ data }: MessageEvent<BenchRequest>) => {
    runHere(data).then(
      (rows) => postMessage(rows),
      // The page is told what is thrown in a task, but not of a rejection.
      (error: unknown) =>
        setTimeout(() => {
          throw error
        }),
    )
  })
}
