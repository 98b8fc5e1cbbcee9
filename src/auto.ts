/** Importing this puts `indexedDB` and the IDB* classes on the global object: on disk where the platform has one. */
export type {} from './api/global/globals.ts'
import { install } from './index.ts'

install()
