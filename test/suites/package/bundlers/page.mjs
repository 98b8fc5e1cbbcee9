// A page's script as a bundler gets it.
import { createIndexedDB } from 'idb-everywhere'

globalThis.database = createIndexedDB()
