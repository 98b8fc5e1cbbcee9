/** The worker thread that `createIndexedDB({ worker: true })` starts. */
import { parentPort, type TransferListItem } from 'node:worker_threads'
import { platform } from './platform/node.ts'
import { hostForOwner } from './hosting/worker-scope.ts'

if (!parentPort) throw new TypeError('This script is a worker; start it with the option "worker"')
const port = parentPort
hostForOwner(platform, {
  listen: (receive) => port.on('message', receive),
  post: (answer, transfer) => port.postMessage(answer, transfer as readonly TransferListItem[]), // Node's name for them
})
