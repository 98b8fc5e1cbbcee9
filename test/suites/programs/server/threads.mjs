/**
 * Threads, and processes that were forked, raise the counter as this thread does; none is handed anything but the environment,
 * except for one thread, to which this one serves its factory over a port.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { serve } from 'idb-everywhere'
import { indexedDB, read } from './counter.mjs'

const program = new URL('raise-some.mjs', import.meta.url)
const { port1, port2 } = new MessageChannel()
serve(port1, indexedDB)
const served = new Worker(program, { workerData: port2, transferList: [port2] })
const threads = [1, 2, 3].map(() => new Worker(program))
const processes = [1, 2].map(() => fork(program))
const ends = await Promise.all([
  import('./raise-some.mjs'),
  ...[served, ...threads, ...processes].map(async (one) => (await once(one, 'exit'))[0]),
])
console.log(JSON.stringify({ all: await read(), exitCodes: ends.slice(1) }))
