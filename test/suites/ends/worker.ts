/** The script of the worker threads: stores something, then keeps a transaction open until it is terminated, or waits for one. */
import { parentPort, workerData } from 'node:worker_threads'
import { createIndexedDB } from '../../../src/index.ts'
import { completion } from '../../kit/promises.ts'
import { openStore, put, putEndlessly, say } from './place.ts'
import type { WorkerStart } from './threads.ts'

// The suite's own processes start it, with nothing else.
const { path, port, isPatient = false } = workerData as WorkerStart
const indexedDB = createIndexedDB(port ? { port } : { path })
const database = await openStore(indexedDB)
if (isPatient) await wait()
else await keep()

async function keep(): Promise<void> {
  await completion(put(database, 'done-by-worker'))
  putEndlessly(database, 'undone-by-worker', () => parentPort?.postMessage('under way'))
}

async function wait(): Promise<void> {
  const completed = completion(put(database, 'done-when-free'))
  parentPort?.postMessage('waiting')
  await completed
  say('the other worker goes on')
  parentPort?.postMessage('over')
}
