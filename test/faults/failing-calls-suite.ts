/** Fails every I/O call of a history once, in turn: an error as documented, nothing wrong, and usable afterwards. */
import { close, createIndexedDB } from '../../src/index.ts'
import { memory } from '../../vfs/memory.ts'
import { Databases, readState } from '../history/databases.ts'
import { Expected } from './expected.ts'
import { faulty, type Fault, type FaultyVfs } from './fault-vfs.ts'
import type { Action, History } from './histories.ts'
import { nameOf } from './power-loss-suite.ts'

/** How a call fails. */
export interface Failing {
  readonly code: 'EIO' | 'ENOSPC'
  readonly effect: 'fail' | 'short'
}

/** What was tried. */
export interface FailingCallsCounts {
  /** Runs of the history, one for each call. */
  calls: number
  /** Runs in which some action failed; in the others the failure was made good or concerned nobody. */
  failedActions: number
  readonly wrong: string[]
}

/** The names an action may fail with; an open request is aborted when its upgrade is. */
const documented: Record<Failing['code'], readonly string[]> = {
  EIO: ['UnknownError', 'AbortError'],
  ENOSPC: ['QuotaExceededError', 'AbortError'],
}

/** A history that is not over by then hangs. */
const longestSilenceMs = 10_000

/** So often an action is tried: the first time it may fail. */
const mostAttempts = 3

/** Runs the history once for each of its calls. `every`: only each so-manieth call. */
export async function failCalls(
  history: History,
  failing: Failing,
  every: number,
): Promise<FailingCallsCounts> {
  const counts: FailingCallsCounts = { calls: 0, failedActions: 0, wrong: [] }
  for (let nth = 1; ; nth += every) {
    const run = new Run(history, { on: 'any', nth, ...failing })
    const hasStruck = await run.play(counts)
    if (!hasStruck) return counts
    counts.calls++
  }
}

/** The history, played once with one fault. */
class Run {
  readonly #history: History
  readonly #fault: Fault
  readonly #vfs: FaultyVfs = faulty(memory())
  readonly #expected = new Expected()
  /** The call the fault has struck. */
  #struck = ''
  /** Where it is, in words. */
  #at = ''
  #indexedDB: IDBFactory
  #databases: Databases

  constructor(history: History, fault: Fault) {
    this.#history = history
    this.#fault = fault
    this.#vfs.inject({
      faults: [fault],
      onCall: (kind, number) => {
        if (number === fault.nth) this.#struck = kind
      },
    })
    this.#indexedDB = this.#create()
    this.#databases = new Databases(this.#indexedDB)
  }

  /** False when the history has fewer calls than the fault wants. */
  async play(counts: FailingCallsCounts): Promise<boolean> {
    // Nothing else would keep the process alive if a request never got its answer.
    const silence = setTimeout(() => {
      throw new Error(`${this.#at} (${this.#struck}): no answer`)
    }, longestSilenceMs)
    try {
      return await this.#playAll(counts)
    } finally {
      clearTimeout(silence)
    }
  }

  async #playAll(counts: FailingCallsCounts): Promise<boolean> {
    for (const [i, action] of this.#history.actions.entries()) {
      this.#at = `${nameOf(this.#history, i, action)}, ${this.#fault.effect} ${this.#fault.code} at call ${this.#fault.nth}`
      const problem = await this.#act(action, counts).catch((error: unknown) => `threw ${error}`)
      if (problem === null) continue
      counts.wrong.push(`${this.#at} (${this.#struck}): ${problem}`)
      break
    }
    await this.#end()
    return this.#struck !== ''
  }

  /** Executes the action, again if it fails; gives what is wrong, null for nothing. */
  async #act(action: Action, counts: FailingCallsCounts): Promise<string | null> {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const error = await this.#attempt(action)
      if (error === null) return this.#check(action)
      if (attempt === 1) counts.failedActions++
      if (!this.#isDocumented(error)) {
        return `failed with ${error.name}: ${error.message}`
      }
      const isDone = await this.#isDoneNevertheless(action)
      if (typeof isDone === 'string') return isDone
      if (isDone) return null
    }
    return `failed ${mostAttempts} times in a row`
  }

  async #attempt(action: Action): Promise<Error | null> {
    try {
      if (action.type === 'close') await this.#reopen()
      else await this.#databases.execute(action)
      return null
    } catch (error) {
      if (error instanceof Error || error instanceof DOMException) return error as Error
      throw error
    }
  }

  async #check(action: Action): Promise<string | null> {
    this.#expected.begin(action)
    this.#expected.forgetPast()
    return this.#expected.objection(await this.#read())
  }

  /** After a failed sync nobody knows whether the disk has it; else a failed action must have left nothing. */
  async #isDoneNevertheless(action: Action): Promise<boolean | string> {
    const found = await this.#read()
    if (this.#expected.objection(found) === null) return false
    const mayBeDone = this.#struck.startsWith('sync') || action.type === 'deleteDatabase'
    const objection = await this.#check(action)
    if (objection === null && mayBeDone) return true
    return objection ?? 'failed, and its effect is there'
  }

  /** Housekeeping that fails is a warning: it is done later. */
  #create(): IDBFactory {
    return createIndexedDB({ vfs: this.#vfs, onWarning: () => {} })
  }

  /** The fault may strike this too, once. */
  async #read(): Promise<string> {
    try {
      return await readState(this.#indexedDB)
    } catch (error) {
      if (!this.#isDocumented(error as Error)) throw error // whatever is thrown here is one
      return readState(this.#indexedDB)
    }
  }

  #isDocumented({ name }: Error): boolean {
    // An error without a code of its own: fewer bytes than there should be.
    if (this.#struck === 'read' && this.#fault.effect === 'short')
      return ['UnknownError', 'AbortError'].includes(name)
    return documented[this.#fault.code === 'ENOSPC' ? 'ENOSPC' : 'EIO'].includes(name)
  }

  async #reopen(): Promise<void> {
    await close(this.#indexedDB)
    this.#indexedDB = this.#create()
    this.#databases = new Databases(this.#indexedDB)
  }

  async #end(): Promise<void> {
    this.#vfs.inject({})
    await close(this.#indexedDB)
  }
}
