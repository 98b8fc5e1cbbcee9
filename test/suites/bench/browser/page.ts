/** What a page of the benchmark loads, and the dedicated worker it starts: the cases, on native and on ours, as built. */
import type * as Package from '../../../../src/index.ts'
import { type Case, type Implementation, type Row, runCases } from '../warm/cases.ts'
import { browserCases } from './cases.ts'

/** On a page a worker of this package's hosts OPFS; in a dedicated worker the thread does. */
export type Place = 'page' | 'worker'

/** One case, to be run. */
export interface BenchRequest {
  readonly place: Place
  readonly name: string
  readonly rounds: number
}

/** Gives the case's rows. */
export type RunBench = (request: BenchRequest) => Promise<Row[]>

/** Little, since there are six combinations of store and place; native processes warm up while the cases are filled. */
const effort = { warmUps: 1, gapRounds: 1 }

const isPage = typeof document !== 'undefined'

/** What runs in the other place than this is sent there. */
const runBench: RunBench = (request) =>
  request.place === 'worker' && isPage ? runInWorker(request) : runHere(request)

async function runHere({ place, name, rounds }: BenchRequest): Promise<Row[]> {
  const implementations = await loadImplementations()
  const field = { implementations, baseline: 'native', goalsOf: goalsOf(place) }
  const cases = browserCases.filter((it) => it.name === name)
  const rows = await runCases(
    cases.map((it) => ({ ...it, effort: { ...effort, rounds } })),
    field,
    { filter: '', rounds: null },
  )
  for (const { close } of implementations) await close()
  return rows
}

/** Every row of a page within the native time, and puts, gets and one-put transactions of a worker within half of it. */
function goalsOf(place: Place) {
  return ({ name }: Case) => {
    const isHalf = /^(put|get|index\.get|1,000 one-)/.test(name)
    if (place === 'worker' && !isHalf) return []
    const ratio = place === 'worker' ? 0.5 : 1
    return [{ contender: 'opfs', ratio, node20: ratio }]
  }
}

async function loadImplementations(): Promise<Implementation[]> {
  const native = {
    name: 'native',
    factory: globalThis.indexedDB,
    keyRange: globalThis.IDBKeyRange,
    close: async () => {},
  }
  // The server has the built package there.
  const { createIndexedDB, IDBKeyRange, close } = (await import(
    urlOf('index-browser.js')
  )) as typeof Package
  const factory = createIndexedDB()
  return [native, { name: 'opfs', factory, keyRange: IDBKeyRange, close: () => close(factory) }]
}

function urlOf(name: string): string {
  return new URL(`/dist/${name}`, location.origin).href
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
  Object.assign(globalThis, { runBench })
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
