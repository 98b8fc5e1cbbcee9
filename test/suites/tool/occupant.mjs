/** A process that has a directory, with a connection to each of its databases: `occupant.mjs DIRECTORY`. Ends when its standard input does. */
import { createIndexedDB } from 'idb-everywhere'

const indexedDB = createIndexedDB({ path: process.argv[2] })
const opened = []
for (const { name } of await indexedDB.databases()) {
  opened.push(
    await new Promise((resolve, reject) => {
      const request = indexedDB.open(name)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    }),
  )
}
console.log(`${opened.length} databases are open`)
process.stdin.resume()
process.stdin.on('end', () => process.exit())
