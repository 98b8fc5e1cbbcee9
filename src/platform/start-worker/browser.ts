/** Starting a worker that hosts, in a browser. */
import type { BrowserParts } from '../browser-parts.ts'
import { listenToMessages } from '../../event-loop/checkpoint.ts'
import type { Port, ScriptUrl } from '../../options/indexeddb-options.ts'
import { optionError } from '../../errors.ts'
import { isUrl } from '../../options/check-options.ts'
import {
  isWorkerMessage,
  type StartedWorker,
  type WorkerAnswer,
  type WorkerListener,
} from '../../hosting/worker-messages.ts'

/** The users' workers in which a host has answered: their scripts have loaded, and errors they throw are not ours. */
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
    // Only workers of this package send such messages, and to this side only answers.
    listener.answered(message as WorkerAnswer)
  }
  // A script of the user's may hold more than the host, which says itself when it fails. Ours holds nothing else.
  const isHost = (): boolean => choice === true || !answering.has(worker)
  if (isOurs) listenToMessages(worker, receive)
  else worker.addEventListener('message', ({ data }) => receive(data))
  worker.addEventListener('messageerror', () => {
    if (isHost()) listener.failed(reasonOf('a message could not be deserialized'))
  })
  worker.addEventListener('error', ({ message }) => {
    if (isHost()) listener.failed(reasonOf(message))
  })
  return {
    post: (call, transfer) => worker.postMessage(call, [...transfer]),
    wasm: choice === true && !parts.canWorkerLoadWasm ? parts.loadWasm() : null,
    // A failure is met again in the worker, which can say what it means there.
    engineAhead:
      choice === true && parts.canWorkerLoadWasm ? () => parts.loadWasm().catch(() => null) : null,
    end: () => void (isOurs && worker.terminate()),
    // A worker keeps no page alive.
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
    // Some browsers throw at once for a script of another origin, or one that a policy forbids.
    throw new Error(reasonOf(undefined), { cause: error })
  }
}

/** A script that cannot be loaded gives no message; one that fails does. */
function reasonOf(message: string | undefined): string {
  if (message) return `The worker that owns the storage failed: ${message}`
  return (
    'The worker that owns the storage could not be started: its script is missing from where this package expects it, ' +
    `comes from another origin, or is forbidden by the page's Content-Security-Policy (if that requires Trusted Types, allow ` +
    `the policy "idb-everywhere"); give its URL as the option "worker"`
  )
}
