// The same as CommonJS.
const { createIndexedDB } = require('idb-everywhere')

globalThis.database = createIndexedDB()
