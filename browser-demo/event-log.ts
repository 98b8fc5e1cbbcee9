/**
 * Hears every event of a session without a word in the script: success does not bubble, but on its way down to a request
 * it passes the connection, where a capturing listener sees it.
 */
import { aboutTarget, isOpenRequest, isRequest, isTransaction, versionsOf } from './event-words.ts'

/** An event, as the timeline and the comparison show it. */
export interface LoggedEvent {
  /** Since the session began. */
  readonly atMs: number
  readonly type: string
  /** At what it fired and what that gave, in words; the same words for the same event on any implementation. */
  readonly about: string
}

/** Every type that can fire, in the order of a database's life. */
export const eventTypes = [
  'blocked',
  'upgradeneeded',
  'versionchange',
  'success',
  'error',
  'complete',
  'abort',
] as const

/** The events of one session. */
export class EventLog {
  readonly #startMs = performance.now()
  readonly #entries: { atMs: number; type: string; about: () => string }[] = []
  /** An event that passes two listeners is one event. */
  readonly #seen = new WeakSet<Event>()
  /** Transactions that were seen and have not ended. */
  readonly #open = new Set<IDBTransaction>()

  /** Milliseconds since the session began. */
  elapsedMs(): number {
    return performance.now() - this.#startMs
  }

  observeOpen(request: IDBOpenDBRequest, asked: string): void {
    for (const type of ['upgradeneeded', 'blocked', 'success', 'error']) {
      request.addEventListener(type, (event) => {
        const versions = versionsOf(event)
        this.#add(event, () => `${asked}${versions}`)
        if (type === 'upgradeneeded') this.observe(request.result)
      })
    }
  }

  /** Listens at a connection; once is enough, however often it is called. */
  observe(connection: IDBDatabase): void {
    for (const type of eventTypes) connection.addEventListener(type, this.#listener, true)
  }

  /** Resolves when every transaction that was seen has ended, so that no event is missing at the end. */
  async settled(): Promise<void> {
    for (const transaction of this.#open) await endOf(transaction)
  }

  /** What was heard so far, in words. */
  entries(): LoggedEvent[] {
    return this.#entries.map(({ atMs, type, about }) => ({ atMs, type, about: about() }))
  }

  readonly #listener = (event: Event): void => {
    const { target } = event
    if (target === null) throw new Error('unreachable: an event without a target was heard')
    if (isOpenRequest(target)) return
    this.#add(event, aboutTarget(event, target))
    if (isTransaction(target)) this.#open.delete(target)
    if (isRequest(target) && target.transaction) this.#open.add(target.transaction)
  }

  #add(event: Event, about: () => string): void {
    const atMs = this.elapsedMs()
    if (this.#seen.has(event)) return
    this.#seen.add(event)
    this.#entries.push({ atMs, type: event.type, about })
  }
}

/** Resolves when the transaction has completed or aborted. */
function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => resolve())
  })
}
