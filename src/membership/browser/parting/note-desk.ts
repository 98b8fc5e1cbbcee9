/**
 * Where the owner of a directory takes notes, and executes them one after another. One of a client that is there waits until it has left,
 * since its commit may still come; what the file has already, by its mark, is not executed again.
 */
import { append } from '../../../base/own-property.ts'
import { queueIdleTimer } from '../../../event-loop/turn.ts'
import type { Host } from '../../../protocol/protocol.ts'
import { executeNote } from './execute-note.ts'
import type { KeptNote } from './note-box.ts'
import type { Parting } from '../../session/services.ts'
import { readNote } from './note.ts'

/** After how long it is known that a client that has gone had not taken back a note: pages are told of that a moment later. */
const takingBackMs = 50

/** What a desk needs of its owner. */
export interface NoteDeskParts {
  readonly host: Host
  /** The owner's own name as a client: what it has noted it brings over itself. */
  readonly own: string
  /** Whether a client is there. */
  readonly isSeated: (client: string) => boolean
  /** Told when the note of that key is of no use any more. */
  readonly over: (key: string) => void
}

export class NoteDesk {
  readonly #parts: NoteDeskParts
  /** Those whose clients are there, by their keys. */
  readonly #waiting = new Map<string, Parting>()
  /** Those that are being executed, or are about to be: key → client. */
  readonly #taken = new Map<string, string>()
  #executed: Promise<void> = Promise.resolve()
  #isOpen = true
  /** Called when nothing waits, and nothing is to be executed. */
  readonly #idle: (() => void)[] = []

  constructor(parts: NoteDeskParts) {
    this.#parts = parts
  }

  /** From now on it executes nothing: its owner is going, and the pages give all notes to the next one. */
  close(): void {
    this.#isOpen = false
    this.#waiting.clear()
  }

  take({ key, note: text }: KeptNote): void {
    if (!this.#isOpen) return
    const note = readNote(text)
    if (!note) return this.#parts.over(key)
    const { client } = note.mark
    if (client === this.#parts.own || this.#taken.has(key)) return
    if (this.#parts.isSeated(client)) this.#waiting.set(key, note)
    else this.#execute(key, note)
  }

  /** The client has taken it back: its transaction is over. */
  drop(key: string): void {
    if (this.#waiting.delete(key)) this.#tellIfIdle()
  }

  /** A client has gone: what it does not take back is executed. */
  left(client: string): void {
    for (const [key, note] of this.#waiting) {
      if (note.mark.client === client) queueIdleTimer(() => this.#left(key, note), takingBackMs)
    }
  }

  /** Resolves when nothing of that client is being executed, or about to be: it can come. */
  async executedOf(client: string): Promise<void> {
    while ([...this.#taken.values()].includes(client)) await this.#executed
  }

  /** Resolves when all that was taken is executed. */
  get executed(): Promise<void> {
    return this.#executed
  }

  /** Resolves when nothing is there that is, or may soon be, to be executed. */
  get idle(): Promise<void> {
    if (this.#isIdle) return Promise.resolve()
    return new Promise((resolve) => append(this.#idle, resolve))
  }

  get #isIdle(): boolean {
    return this.#taken.size + this.#waiting.size === 0
  }

  #left(key: string, note: Parting): void {
    const isThere = this.#parts.isSeated(note.mark.client)
    if (!isThere && this.#waiting.has(key)) this.#execute(key, note)
  }

  #execute(key: string, note: Parting): void {
    this.#waiting.delete(key)
    this.#taken.set(key, note.mark.client)
    this.#executed = this.#executed.then(async () => {
      if (this.#isOpen) await this.#executeNow(key, note)
      this.#taken.delete(key)
      this.#tellIfIdle()
    })
  }

  async #executeNow(key: string, note: Parting): Promise<void> {
    // What cannot be executed any more is dropped.
    await executeNote(this.#parts.host, note).catch(() => {})
    if (this.#isOpen) this.#parts.over(key)
  }

  #tellIfIdle(): void {
    if (this.#isIdle) for (const resolve of this.#idle.splice(0)) resolve()
  }
}
