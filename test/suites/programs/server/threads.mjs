/** Threads, and processes that were forked, raise the counter as this thread does; none is handed anything but the environment. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { read } from './counter.mjs'

const program = new URL('raise-some.mjs', import.meta.url)
const threads = [1, 2, 3].map(() => new Worker(program))
const processes = [1, 2].map(() => fork(program))
const ends = await Promise.all([
  import('./raise-some.mjs'),
  ...[...threads, ...processes].map(async (one) => (await once(one, 'exit'))[0]),
])
console.log(JSON.stringify({ all: await read(), exitCodes: ends.slice(1) }))
