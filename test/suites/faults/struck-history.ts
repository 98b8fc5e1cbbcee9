/** Plays a history that something strikes: each action ends well, or fails as documented and then ends well. */
import { close, createIndexedDB } from '../../../src/index.ts'
import type { Vfs } from '../../../src/files/vfs.ts'
import { Databases, readState } from '../../kit/history/databases.ts'
import { Expected } from './expected.ts'
import type { Action, History } from './histories.ts'
import { nameOf } from './power-loss-suite.ts'

/** What strikes. */
export interface Strike {
  readonly vfs: Vfs
  readonly path?: string
  /** In words, for messages. */
  readonly what: string
  /** The kind of the call it has struck; '' while it has not. */
  struck(): string
  /** Whether an action, or the reading of a state, may fail so. */
  isDocumented(error: Error): boolean
  /** The files that are open. */
  openFiles(): readonly string[]
  /** An action has failed: the next attempt is to go well. */
  relieve(): void
}

/** What came of it. */
export interface StruckHistory {
  hasStruck: boolean
  /** How many actions failed, as documented. */
  failedActions: number
  /** What was wrong; the history breaks off there. */
  wrong: string | null
}

/** A history that is not over by then hangs; on a busy machine it may take a while. */
const longestSilenceMs = 60_000

/** So often an action is tried: the first time it may fail. */
const mostAttempts = 3

/** Plays the history from an empty directory to its end. */
export async function playStruck(history: History, strike: Strike): Promise<StruckHistory> {
  const run = new Run(history, strike)
  // Nothing else would keep the process alive if a request never got its answer.
  const silence = setTimeout(() => {
    throw new Error(`${run.at} (${strike.struck()}): no answer`)
  }, longestSilenceMs)
  try {
    return await run.play()
  } finally {
    clearTimeout(silence)
  }
}

class Run {
  /** Where it is, in words. */
  at = ''
  readonly #history: History
  readonly #strike: Strike
  readonly #expected = new Expected()
  #failedActions = 0
  #indexedDB: IDBFactory
  #databases: Databases

  constructor(history: History, strike: Strike) {
    this.#history = history
    this.#strike = strike
    this.#indexedDB = this.#create()
    this.#databases = new Databases(this.#indexedDB)
  }

  async play(): Promise<StruckHistory> {
    const wrong = (await this.#playActions()) ?? (await this.#leave())
    const { struck } = this.#strike
    return { hasStruck: struck() !== '', failedActions: this.#failedActions, wrong }
  }

  async #playActions(): Promise<string | null> {
    for (const [i, action] of this.#history.actions.entries()) {
      this.at = `${nameOf(this.#history, i, action)}, ${this.#strike.what}`
      const problem = await this.#act(action).catch((error: unknown) => `threw ${error}`)
      if (problem !== null) return `${this.at} (${this.#strike.struck()}): ${problem}`
    }
    return null
  }

  /** Closes for the last time, which may be struck too, and then goes well. */
  async #leave(): Promise<string | null> {
    try {
      await close(this.#indexedDB)
    } catch (error) {
      this.at = `${this.#history.name}, the last close, ${this.#strike.what}`
      this.#failedActions++
      // Whatever is thrown here is an error.
      if (!this.#strike.isDocumented(error as Error)) return `${this.at}: failed with ${error}`
    }
    this.#strike.relieve()
    await close(this.#indexedDB)
    const open = this.#strike.openFiles()
    if (open.length === 0) return null
    return `${this.#history.name}, ${this.#strike.what} (${this.#strike.struck()}): never closed ${open.join(', ')}`
  }

  /** Executes the action, again if it fails; gives what is wrong, null for nothing. */
  async #act(action: Action): Promise<string | null> {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const error = await this.#attempt(action)
      if (error === null) return this.#check(action)
      if (attempt === 1) this.#failedActions++
      if (!this.#strike.isDocumented(error)) return `failed with ${error.name}: ${error.message}`
      const isDone = await this.#isDoneNevertheless(action)
      this.#strike.relieve()
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

  /**
   * After a failed sync it is unknown whether the disk has it, nor whether it is where it will be found when a look for the file has
   * failed; else a failed action must have left nothing.
   */
  async #isDoneNevertheless(action: Action): Promise<boolean | string> {
    const found = await this.#read()
    if (this.#expected.objection(found) === null) return false
    const isUnknown = /^(?:sync|verify|isLinked)/.test(this.#strike.struck())
    const mayBeDone = isUnknown || action.type === 'deleteDatabase'
    const objection = await this.#check(action)
    if (objection === null && mayBeDone) return true
    return objection ?? 'failed, and its effect is there'
  }

  /** Housekeeping that fails is a warning: it is done later. */
  #create(): IDBFactory {
    const { vfs, path } = this.#strike
    return createIndexedDB({ vfs, path, onWarning: () => {} })
  }

  /** What has struck may strike this too, until it is over. */
  async #read(): Promise<string> {
    try {
      return await readState(this.#indexedDB)
    } catch (error) {
      if (!this.#strike.isDocumented(error as Error)) throw error // whatever is thrown here is one
      this.#strike.relieve()
      return readState(this.#indexedDB)
    }
  }

  async #reopen(): Promise<void> {
    await close(this.#indexedDB)
    this.#indexedDB = this.#create()
    this.#databases = new Databases(this.#indexedDB)
  }
}
