/** A process of the suite as its keeper sees it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildOptions } from '../child.ts'
import type { Line } from '../load/log.ts'

/** The log of a thread, read as far as it goes. */
export class ThreadLog {
  readonly thread: string
  readonly lines: Line[] = []
  /** When the last line was read, by this process's clock. */
  heardAt = performance.now()
  hasEnded = false
  /** Of its tasks that were done, the one begun last began then. */
  doneBegunAt = 0
  readonly #begunAt = new Map<string, number>()
  readonly #file: string
  #number: number | null = null
  #rest = ''
  #isClosed = false
  readonly #decoder = new TextDecoder()
  readonly #buffer = Buffer.alloc(1 << 16)

  constructor(logs: string, thread: string) {
    this.thread = thread
    this.#file = join(logs, `${thread}.log`)
  }

  read(): void {
    if (this.#isClosed) return
    if (this.#number === null) {
      if (!existsSync(this.#file)) return
      this.#number = openSync(this.#file, 'r')
    }
    for (;;) {
      const length = readSync(this.#number, this.#buffer)
      if (length === 0) return
      this.heardAt = performance.now()
      this.#take(this.#decoder.decode(this.#buffer.subarray(0, length), { stream: true }))
    }
  }

  /** What was half written when its process was killed was not said. */
  close(): void {
    if (this.#isClosed) return
    this.read()
    if (this.#number !== null) closeSync(this.#number)
    this.#isClosed = true
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#add(JSON.parse(line) as Line)
  }

  #add(line: Line): void {
    this.lines.push(line)
    if (line.t === 'end') this.hasEnded = true
    if (line.t === 'begun') this.#begunAt.set(line.id, line.at)
    if (line.t !== 'done' && line.t !== 'aborted') return
    if (line.t === 'done') {
      this.doneBegunAt = Math.max(this.doneBegunAt, this.#begunAt.get(line.id) ?? 0)
    }
    this.#begunAt.delete(line.id)
  }
}

/** How a member is started. */
export interface MemberOptions extends ChildOptions {
  readonly command: readonly string[]
  readonly childPath: string
}

/** One process, with its threads' logs. */
export class Member {
  readonly name: string
  readonly child: ChildProcess
  /** By their places: 0 is the main thread. */
  readonly threads: ThreadLog[]
  /** Those that were ended from outside. */
  readonly ended: ThreadLog[] = []
  /** Resolves when the process has ended, to its code or signal. */
  readonly exit: Promise<number | string | null>
  hasExited = false
  isExpectedToExit = false
  isStopped = false
  /** What it wrote to its standard error. */
  errors = ''
  readonly #options: MemberOptions
  #threadNumber: number

  constructor(options: MemberOptions) {
    this.#options = options
    this.name = options.name
    this.#threadNumber = options.threads
    this.threads = Array.from({ length: options.threads }, (_, i) => this.#logOf(i))
    const { command, childPath, ...rest } = options
    const [program = '', ...args] = [...command, childPath, JSON.stringify(rest)]
    const env = { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.errors += text))
    }
    // The pipe of a process that has been killed is broken.
    this.child.stdin?.on('error', () => {})
    this.exit = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        this.hasExited = true
        resolve(code ?? signal)
      })
    })
  }

  get logs(): readonly ThreadLog[] {
    return [...this.ended, ...this.threads]
  }

  /** Its process id; of programs that start others it is not the one that does the work. */
  get pid(): number | undefined {
    return this.child.pid
  }

  tell(command: string): void {
    this.child.stdin?.write(`${command}\n`)
  }

  /** Ends a worker from outside; another takes its place. */
  terminate(place: number): ThreadLog {
    const gone = this.threads[place]
    if (!gone) throw new Error(`unreachable: ${this.name} has no thread ${place}`)
    this.ended.push(gone)
    this.threads[place] = this.#logOf(this.#threadNumber++)
    this.tell(`terminate ${place}`)
    return gone
  }

  read(): void {
    for (const log of this.threads) log.read()
  }

  closeLogs(): void {
    for (const log of this.logs) log.close()
  }

  #logOf(number: number): ThreadLog {
    return new ThreadLog(this.#options.logs, `${this.name}.${number}`)
  }
}
