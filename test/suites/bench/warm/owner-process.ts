/** A process that owns a directory, which others share; over a socket it echoes. Its arguments: dist, directory, the socket. */
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openDatabase } from './idb.ts'

const [dist = '', path = '', echoed = ''] = process.argv.slice(2)
const { createIndexedDB } = (await import(
  pathToFileURL(join(dist, 'index.js')).href
)) as typeof import('../../../../src/index.ts')

// An owner that has a database open itself goes on being the owner.
await openDatabase(createIndexedDB({ path }), 'own', () => {})
const server = createServer((socket) => void socket.on('data', (bytes) => socket.write(bytes)))
await new Promise<void>((resolve, reject) => {
  server.on('error', reject)
  server.listen(echoed, resolve)
})
process.send?.('ready')
// It ends with its parent.
process.on('disconnect', () => process.exit())
