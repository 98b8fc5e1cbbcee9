/**
 * A database on its way into another one, in a database of its own. It is filled a piece at a time, so that an import that was
 * interrupted goes on where it ended; and until the imported database is there, what it is made of stays.
 */
import type { IDBDatabase, IDBFactory, IDBObjectStore } from '../../api/global/interfaces.ts'
import { domException } from '../../errors.ts'
import { resultOf } from '../../requests/result-of.ts'
import { openStagingDatabase, stateStore, storeName } from './staging-database.ts'

/** A part of what is imported. */
export interface StagedPiece<Content> {
  readonly content: Content
  /** How many lines or records there are up to its end, and bytes of the file. */
  readonly count: number
  readonly bytes: number
}

/** What is known of it, under these keys. */
interface State {
  /** Of the file: another one has another. */
  readonly identity?: string
  /** Whether the database that it replaces was, or is being, deleted. */
  readonly isReplacing?: boolean
  /** The name of the database in which it is tried, if there may be one. */
  readonly trial?: string
}

/** A place for a database. Only one import at a time has it. */
export class Staging<Content> {
  /** The name of the database that it is. */
  readonly name: string
  readonly #factory: IDBFactory
  readonly #database: IDBDatabase
  #state: State

  private constructor(factory: IDBFactory, database: IDBDatabase, state: State) {
    this.#factory = factory
    this.#database = database
    this.#state = state
    this.name = database.name
  }

  /**
   * The one for the database `target`.
   *
   * @throws InvalidStateError while another import has it
   * @throws ConstraintError where a database that is not of an import has its name
   */
  static async open<Content>(factory: IDBFactory, target: string): Promise<Staging<Content>> {
    const database = await openStagingDatabase(factory, target)
    try {
      const request = database.transaction(stateStore).objectStore(stateStore).get('state')
      const state = ((await resultOf(request)) ?? {}) as State // nothing else is there
      if (state.trial !== undefined) await resultOf(factory.deleteDatabase(state.trial))
      return new Staging(factory, database, state)
    } catch (error) {
      // Left open, it would stand for another import that is at work.
      database.close()
      throw error
    }
  }

  /** Whether the database that it replaces was, or is being, deleted: it may be all that there is. */
  get isReplacing(): boolean {
    return this.#state.isReplacing === true
  }

  /**
   * How many lines or records of the file are there. Those of another file are given up, and without `resume` those of this one, unless
   * they may be all that there is.
   *
   * @throws InvalidStateError where those of another file are all that there is of the database `target`
   */
  async begin(identity: string, target: string, { resume }: { resume: boolean }): Promise<number> {
    if (this.#state.identity === identity && (resume || this.isReplacing))
      return this.#countOfPieces()
    if (this.isReplacing) await this.#refuseToLose(target)
    await this.#change({ identity }, (pieces) => pieces.clear())
    return 0
  }

  /** Keeps a piece. */
  async keep(piece: StagedPiece<Content>): Promise<void> {
    await this.#change(this.#state, (pieces) => pieces.add(piece))
  }

  /** All pieces, in order. Their keys are numbers without a gap, from wherever the generator was when the first was put by. */
  async *pieces(): AsyncGenerator<StagedPiece<Content>> {
    const first = await resultOf(this.#pieceStore().openKeyCursor())
    for (let key = Number(first?.key ?? 0); ; key++) {
      const piece = (await resultOf(this.#pieceStore().get(key))) as  // nothing else is there
        StagedPiece<Content> | undefined
      if (!piece) return
      yield piece
    }
  }

  /** Lets `attempt` make a database of a name that no other has, which is deleted after it, whether or not it fails. */
  async withTrial(attempt: (name: string) => Promise<void>): Promise<void> {
    const trial = `${this.name} ${Math.random().toString(36).slice(2)}`
    await this.#change({ ...this.#state, trial })
    try {
      await attempt(trial)
    } catch (error) {
      // What is left of it is deleted with the next import; why it has failed is to be known now.
      await resultOf(this.#factory.deleteDatabase(trial)).catch(() => undefined)
      throw error
    }
    await resultOf(this.#factory.deleteDatabase(trial))
    const { trial: _, ...state } = this.#state
    await this.#change(state)
  }

  /** Notes that the database that it replaces is about to be deleted. */
  async markReplacing(): Promise<void> {
    await this.#change({ ...this.#state, isReplacing: true })
  }

  /** Leaves it as it is, for another time. */
  leave(): void {
    this.#database.close()
  }

  /** Removes it. */
  async remove(): Promise<void> {
    this.leave()
    await resultOf(this.#factory.deleteDatabase(this.name))
  }

  #pieceStore(): IDBObjectStore {
    return this.#database.transaction(storeName).objectStore(storeName)
  }

  async #countOfPieces(): Promise<number> {
    const last = await resultOf(this.#pieceStore().openCursor(null, 'prev'))
    return last ? (last.value as StagedPiece<Content>).count : 0 // nothing else is there
  }

  async #refuseToLose(target: string): Promise<void> {
    const databases = await this.#factory.databases()
    if (databases.some(({ name }) => name === target)) return
    throw domException(
      'InvalidStateError',
      `The database "${this.name}" has all that there is of "${target}", from an import of another file that did not end; end it with the option resume, or delete "${this.name}"`,
    )
  }

  /** In one transaction. */
  async #change(state: State, change?: (pieces: IDBObjectStore) => unknown): Promise<void> {
    const transaction = this.#database.transaction([storeName, stateStore], 'readwrite')
    const ended = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
    change?.(transaction.objectStore(storeName))
    if (state !== this.#state) transaction.objectStore(stateStore).put(state, 'state')
    await ended
    this.#state = state
  }
}
