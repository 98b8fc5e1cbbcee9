/**
 * A program for the ownership tests, bundled and run by them: tries to own the directory of its first argument, waiting
 * as many milliseconds as the second says, prints what came of it as a line of JSON and keeps what it got until killed.
 * With `worker` as the third argument a worker thread does so, which ends when a line comes in; then the main thread tries,
 * unless the line says `without a successor`.
 */
import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { DirectoryLockedError, VfsError } from '../../../src/files/vfs.ts'
import { nodeFs } from '../../../vfs/node.ts'

/** What the program prints. */
export interface Attempt {
  readonly isOwner: boolean
  readonly pid: number
  readonly thread: number
  /** The owner that the error names; null when the directory was got. */
  readonly namedPid: number | null
  /** The error's; null when the directory was got. */
  readonly message: string | null
  /** Whether the runtime has a lock of the kernel's. */
  readonly hasKernelLock: boolean
}

async function attempt(path: string, waitMs: number): Promise<void> {
  try {
    const directory = nodeFs().directory(path)
    await directory.lock(waitMs)
    report({ isOwner: true, namedPid: null, message: null })
  } catch (error) {
    if (!(error instanceof VfsError)) throw error
    const owner = error instanceof DirectoryLockedError ? error.owner : null
    report({ isOwner: false, namedPid: owner?.pid ?? null, message: error.message })
  }
  // Keeps the thread alive.
  setInterval(() => {}, 60_000)
}

function report(result: Pick<Attempt, 'isOwner' | 'namedPid' | 'message'>): void {
  const hasKernelLock =
    process.versions['bun'] !== undefined || process.getBuiltinModule('node:sqlite') !== undefined
  const thread = isMainThread ? 0 : 1
  const line = JSON.stringify({ ...result, hasKernelLock, pid: process.pid, thread })
  if (parentPort === null) console.log(line)
  else parentPort.postMessage(line)
}

const [path = '', waitMs = '0', where] = isMainThread ? process.argv.slice(2) : workerData
if (isMainThread && where === 'worker') {
  const worker = new Worker(new URL(import.meta.url), { workerData: [path, waitMs] })
  worker.on('message', (line) => console.log(line))
  const [line] = await once(process.stdin, 'data')
  await worker.terminate()
  if (String(line).includes('without a successor')) console.log('{}')
  else await attempt(path, Number(waitMs))
} else {
  await attempt(path, Number(waitMs))
}
