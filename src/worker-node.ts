/** The worker thread that `createIndexedDB({ worker: true })` starts. */
import { parentPort, type TransferListItem } from 'node:worker_threads'
import { platform } from './platform/node.ts'
import { memberHosts } from './hosting/in-member.ts'
import { hostForOwner, type OwnerChannel } from './hosting/worker-scope.ts'

if (!parentPort)
  throw new TypeError(
    'This script runs in a worker thread only; pass the option "worker" to createIndexedDB() to start it',
  )
const port = parentPort
const channel: OwnerChannel = {
  listen: (receive) => port.on('message', receive),
  post: (answer, transfer) => port.postMessage(answer, transfer as readonly TransferListItem[]), // Node's name for them
}
hostForOwner(platform, channel, (threads) => memberHosts(platform, threads, threads.hosts))
