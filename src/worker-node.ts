/** The worker thread that `createIndexedDB({ worker: true })` starts. */
import { parentPort, type TransferListItem } from 'node:worker_threads'
import { platform } from './platform/node.ts'
import { hostForOwner } from './hosting/worker-scope.ts'

if (!parentPort)
  throw new TypeError(
    'This script runs in a worker thread only; pass the option "worker" to createIndexedDB() to start it',
  )
const port = parentPort
hostForOwner(platform, {
  listen: (receive) => port.on('message', receive),
  post: (answer, transfer) => port.postMessage(answer, transfer as readonly TransferListItem[]), // Node's name for them
})
