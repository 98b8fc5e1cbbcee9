/** A process that owns a directory, and serves it over one socket; over another it echoes. Its arguments: dist, directory, both sockets. */
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SocketPort } from '../../../../src/port/stream/socket-port.ts'
import { streamOf } from '../../../../vfs/node/meeting/socket-stream.ts'

const [dist = '', path = '', served = '', echoed = ''] = process.argv.slice(2)
const { createIndexedDB, serve } = (await import(
  pathToFileURL(join(dist, 'index.js')).href
)) as typeof import('../../../../src/index.ts')
const factory = createIndexedDB({ path })

await listen(served, (socket) => serve(new SocketPort(streamOf(socket)), factory))
await listen(echoed, (socket) => void socket.on('data', (bytes) => socket.write(bytes)))
process.send?.('ready')
// It ends with its parent.
process.on('disconnect', () => process.exit())

function listen(name: string, connected: (socket: Socket) => void): Promise<void> {
  const server = createServer(connected)
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(name, resolve)
  })
}
