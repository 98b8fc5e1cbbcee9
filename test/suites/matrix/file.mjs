/**
 * One side of the file matrix: `file.mjs ENTRY write|read DIRECTORY`. The writer stores every value of the types it has; the
 * reader must find each the same, and must refuse what it has no type for.
 */
import { readEveryType, writeEveryType } from './every-type.mjs'

const [entry, side, path] = process.argv.slice(2)
const { close, createIndexedDB } = await import(entry)
const indexedDB = createIndexedDB({ path })
const checks = await (side === 'write' ? writeEveryType : readEveryType)(indexedDB)
await close(indexedDB)
console.log(`RESULT ${JSON.stringify(checks)}`)
