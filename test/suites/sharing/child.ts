/**
 * A process of the suite: its main thread and some workers, each at the same work. Its only argument is JSON; it takes commands by
 * its standard input, a line each:
 *
 * - `finish`: all threads end what they have begun, close, and the process ends by itself.
 * - `leave 1`: thread 1 closes its factory, and goes on.
 * - `terminate 1`: the worker 1 is ended from outside, and another takes its place.
 * - `exit`, `throw`: the process ends at once, by process.exit() or by an error that nothing catches.
 */
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import {
  isMainThread,
  parentPort,
  threadId,
  Worker as Thread,
  workerData,
} from 'node:worker_threads'
import { Connections } from './load/databases.ts'
import { openLog } from './load/log.ts'
import { shareSeat } from './load/seat.ts'
import type { Breakage } from './load/task.ts'
import { type Pace, Worker } from './load/thread.ts'

/** What a process is told at its start. */
export interface ChildOptions extends Pace {
  readonly path: string
  readonly logs: string
  /** Of the process; those of its threads are `name.0`, `name.1`. */
  readonly name: string
  readonly threads: number
  readonly seed: number
  readonly broken: Breakage | null
}

/** The process is told to end in the middle of its work. */
let endsOnPurpose = false

if (isMainThread) startProcess(JSON.parse(process.argv[2] ?? '{}') as ChildOptions)
else startWorker(workerData as WorkerOptions)

interface WorkerOptions {
  readonly options: ChildOptions
  readonly thread: string
}

function startProcess(options: ChildOptions): void {
  const main = startThread(options, `${options.name}.0`)
  const threads = new Map<number, Thread>()
  let number = options.threads
  let isFinishing = false
  const start = (place: number, thread: string): void => {
    const worker = new Thread(new URL(import.meta.url), { workerData: { options, thread } })
    threads.set(place, worker)
  }
  for (let i = 1; i < options.threads; i++) start(i, `${options.name}.${i}`)

  const commands: Readonly<Record<string, (place: number) => void>> = {
    finish() {
      isFinishing = true
      main.finish()
      for (const worker of threads.values()) worker.postMessage('finish')
      lines.close()
      // Deno's cannot be unreferenced.
      process.stdin.destroy()
    },
    leave(place) {
      if (place === 0) main.leave()
      else threads.get(place)?.postMessage('leave')
    },
    terminate(place) {
      void threads.get(place)?.terminate()
      start(place, `${options.name}.${number++}`)
    },
    exit: endProcess,
    throw() {
      endsOnPurpose = true
      throw new Error('thrown on purpose')
    },
  }
  const lines = createInterface({ input: process.stdin })
  // What has started it is gone.
  lines.once('close', () => {
    if (!isFinishing) endProcess()
  })
  lines.on('line', (line) => {
    const [command = '', place = '0'] = line.split(' ')
    commands[command]?.(Number(place))
  })
}

function endProcess(): never {
  endsOnPurpose = true
  process.exit(0)
}

function startWorker({ options, thread }: WorkerOptions): void {
  const worker = startThread(options, thread)
  const take = (command: unknown): void => {
    if (command === 'leave') return worker.leave()
    worker.finish()
    // Deno's cannot be closed.
    parentPort?.off('message', take)
    parentPort?.unref()
  }
  parentPort?.on('message', take)
}

function startThread(options: ChildOptions, thread: string): { finish(): void; leave(): void } {
  const log = openLog(join(options.logs, `${thread}.log`))
  log({ t: 'start', pid: process.pid, threadId })
  let isUnderWay = true
  const seat = shareSeat(options.path, ({ message }) => log({ t: 'warned', message }))
  const { factory } = seat
  const connections = new Connections(factory, log)
  const worker = new Worker({ ...options, factory, connections, thread, log }, options)
  const leave = (): Promise<void> => connections.whileLeaving(() => seat.leave())
  const fail = (error: unknown): void =>
    log({ t: 'wrong', what: error instanceof Error ? String(error.stack) : String(error) })
  worker
    .work()
    .then(leave)
    .then(() => log({ t: 'end' }), fail)
    .finally(() => (isUnderWay = false))
  process.once('exit', () => {
    if (!isUnderWay || endsOnPurpose) return
    log({ t: 'wrong', what: `${thread} ended before its work, with nothing to keep it` })
  })
  return { finish: () => worker.finish(), leave: () => void leave().catch(fail) }
}
