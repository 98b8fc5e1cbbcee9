/**
 * The counter in the directory that the environment names: every process and thread that imports this shares it. A thread that
 * was handed a port uses it over that.
 */
import { workerData } from 'node:worker_threads'
import { createIndexedDB } from 'idb-everywhere'
import { counterOf } from './counter-of.mjs'

const port = workerData instanceof MessagePort ? workerData : null
export const indexedDB = createIndexedDB(port ? { port } : { path: process.env.COUNTER_PATH })
export const { raise, read } = counterOf(indexedDB)
