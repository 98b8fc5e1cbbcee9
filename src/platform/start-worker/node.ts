/** Starting a worker that hosts, in Node, Bun and Deno. */
import { type TransferListItem, Worker } from 'node:worker_threads'
import type { Port, ScriptUrl } from '../../options/indexeddb-options.ts'
import { optionError } from '../../errors.ts'
import { isUrl } from '../../options/check-options.ts'
import {
  isWorkerMessage,
  type StartedWorker,
  type WorkerAnswer,
  type WorkerListener,
} from '../../hosting/worker-messages.ts'

/** Starts this package's own worker (`true`), one with the script at that URL, or takes one the user has started. */
export function startNodeWorker(
  choice: true | string | ScriptUrl | Port,
  listener: WorkerListener,
): StartedWorker {
  const isOurs = typeof choice !== 'object' || isUrl(choice)
  const worker = isOurs ? new Worker(scriptOf(choice)) : userWorker(choice)
  worker.on('message', (message: unknown) => {
    // Only workers of this package send such messages, and to this side only answers.
    if (isWorkerMessage(message)) listener.answered(message as WorkerAnswer)
  })
  worker.once('error', ({ message }) =>
    listener.failed(`The worker that owns the storage failed: ${message}`),
  )
  worker.once('exit', (code) =>
    listener.failed(`The worker that owns the storage ended with code ${code}`),
  )
  return {
    post: (call, transfer) => worker.postMessage(call, transfer as readonly TransferListItem[]), // Node's name for them
    wasm: null,
    engineAhead: null,
    end: () => void (isOurs && worker.terminate()),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
  }
}

function scriptOf(choice: true | string | ScriptUrl): URL {
  return choice === true
    ? new URL('./worker-node.js', import.meta.url)
    : new URL(String(choice), import.meta.url)
}

function userWorker(choice: Port): Worker {
  if (choice instanceof Worker) return choice
  throw optionError(
    'worker',
    'Expected option "worker" to be true, a URL or a Worker of node:worker_threads',
  )
}
