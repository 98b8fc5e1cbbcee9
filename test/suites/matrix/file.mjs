/**
 * One side of the file matrix: `file.mjs ENTRY write|read DIRECTORY`. The writer stores every value of the types it has; the
 * reader must find each the same, and must refuse what it has no type for. With a schema in place of a directory, on the PostgreSQL
 * server that follows it.
 */
import { readEveryType, writeEveryType } from './every-type.mjs'

const [entry, side, place, connectionString] = process.argv.slice(2)
const { close, createIndexedDB } = await import(entry)
const indexedDB = createIndexedDB(connectionString ? { host: await onServer() } : { path: place })
const checks = await (side === 'write' ? writeEveryType : readEveryType)(indexedDB)
await close(indexedDB)
console.log(`RESULT ${JSON.stringify(checks)}`)

async function onServer() {
  const { postgres } = await import(new URL('postgres.js', entry).href)
  return postgres({ connectionString, schema: place })
}
