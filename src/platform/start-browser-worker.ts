/** Starting a worker that hosts, in a browser. */
import type { BrowserParts } from './browser-parts.ts'
import { listenToMessages } from '../event-loop/checkpoint.ts'
import type { Port, ScriptUrl } from '../options/indexeddb-options.ts'
import { optionError } from '../errors.ts'
import { isUrl } from '../options/check-options.ts'
import {
  isWorkerMessage,
  type StartedWorker,
  type WorkerAnswer,
  type WorkerListener,
} from '../hosting/worker-messages.ts'

/** The workers of users in which a host has answered: their scripts have loaded, and what they throw is their own affair. */
const answering = new WeakSet<Worker>()

/** Starts this package's own worker (`true`), one with the script at that URL, or takes one the user has started. */
export function startBrowserWorker(
  choice: true | string | ScriptUrl | Port,
  listener: WorkerListener,
  parts: BrowserParts,
): StartedWorker {
  const isOurs = typeof choice !== 'object' || isUrl(choice)
  const worker = makeWorker(choice, parts)
  const receive = (message: unknown): void => {
    if (!isWorkerMessage(message)) return
    answering.add(worker)
    // Only workers of this package send such messages, and these are answers.
    listener.answered(message as WorkerAnswer)
  }
  // A script of the user's may hold more than the host, which says itself when it fails. Ours holds nothing else.
  const isHost = (): boolean => choice === true || !answering.has(worker)
  if (isOurs) listenToMessages(worker, receive)
  else worker.addEventListener('message', ({ data }) => receive(data))
  worker.addEventListener('messageerror', () => {
    if (isHost()) listener.failed(reasonOf('a message was lost'))
  })
  worker.addEventListener('error', ({ message }) => {
    if (isHost()) listener.failed(reasonOf(message))
  })
  return {
    post: (call, transfer) => worker.postMessage(call, [...transfer]),
    wasm: choice === true && !parts.canWorkerLoadWasm ? parts.loadWasm() : null,
    end: () => void (isOurs && worker.terminate()),
    // A worker keeps no page.
    ref: () => {},
    unref: () => {},
  }
}

function makeWorker(choice: true | string | ScriptUrl | Port, parts: BrowserParts): Worker {
  if (typeof choice === 'object' && !isUrl(choice)) {
    if (choice instanceof Worker) return choice
    throw optionError('worker', 'Expected option "worker" to be true, a URL or a Worker')
  }
  try {
    return choice === true ? parts.startWorker() : new Worker(choice as string, { type: 'module' }) // The platform's types know no trusted address.
  } catch (error) {
    // Some browsers refuse a script of another origin, or one that a policy forbids, at once.
    throw new Error(reasonOf(undefined), { cause: error })
  }
}

/** A script that cannot be loaded says nothing; one that fails says what. */
function reasonOf(message: string | undefined): string {
  if (message) return `The worker that owns the storage failed: ${message}`
  return (
    'The worker that owns the storage could not be started: its script is not where this package expects it, or of ' +
    `another origin, or the page's Content-Security-Policy forbids it (a page that requires Trusted Types has to allow the ` +
    `policy "idb-everywhere"); say where it is with the option "worker"`
  )
}
