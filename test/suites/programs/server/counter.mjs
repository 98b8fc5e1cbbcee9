/** The counter in the directory that the environment names: every process that imports this shares it. */
import { createIndexedDB } from 'idb-everywhere'
import { counterOf } from './counter-of.mjs'

const options = { path: process.env.COUNTER_PATH }
export const { raise, read } = counterOf(createIndexedDB(options))
