/** Importing this puts `indexedDB` and the IDB* classes on the global object of a page or worker that has none. */
import { install } from './index-browser.ts'

install()
