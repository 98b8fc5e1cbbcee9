/**
 * Copies of the package in one thread, and another in a thread of its own: each raises the counter as often as `RAISES` says.
 * Arguments: their directories.
 */
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { counterOf } from './counter-of.mjs'

const directories = isMainThread ? process.argv.slice(2) : [workerData]
const other = isMainThread
  ? new Worker(new URL(import.meta.url), { workerData: directories[1] })
  : null
const ended = other && once(other, 'exit')
const counters = await Promise.all(directories.map(counterWith))
await Promise.all(counters.map(raiseSome))
await ended
if (isMainThread) {
  console.log(JSON.stringify(await Promise.all(counters.map(({ read }) => read()))))
}

async function counterWith(directory) {
  const url = pathToFileURL(join(directory, 'dist/index.js'))
  const { createIndexedDB } = await import(url.href)
  return counterOf(createIndexedDB({ path: process.env.COUNTER_PATH }))
}

async function raiseSome({ raise }) {
  for (let i = 0; i < Number(process.env.RAISES); i++) await raise()
}
