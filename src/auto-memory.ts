/** Importing this puts `indexedDB` and the IDB* classes on the global object, in memory: nothing outlives the process. */
import { memory } from '../vfs/memory.ts'
export type {} from './api/global/globals.ts'
import { install } from './index.ts'

install({ vfs: memory() })
