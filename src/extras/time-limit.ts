/** How long a transaction may be kept alive. */
import { describeValue } from '../base/describe-value.ts'
import { domException, optionError } from '../errors.ts'
import type { IDBTransaction } from '../api/global/interfaces.ts'
import { keepAlive, queueIdleTimer } from '../event-loop/turn.ts'
import { type Place, placeHere } from '../explain/place.ts'
import type { KeptTransaction } from '../requests/kept-transaction.ts'

/** The longest that timers can be set for: 24 days. */
const longestMs = 2 ** 31 - 1

/** @throws TypeError for anything but a number of milliseconds above 0 */
export function checkTimeLimit(timeLimit: unknown): number {
  if (typeof timeLimit === 'number' && timeLimit > 0 && timeLimit <= longestMs) return timeLimit
  const message = `Expected \`timeLimit\` to be a number of milliseconds from 1 to ${longestMs}, got ${describeValue(timeLimit)}`
  throw optionError('timeLimit', message)
}

/** Aborts a kept transaction that is not over in time, and says where it was begun and last asked. */
export class TimeLimit {
  readonly #limitMs: number
  readonly #transaction: IDBTransaction
  readonly #what: string
  readonly #begun = placeHere()
  readonly #stop: () => void
  #lastAsked: Place | null = null

  /** `what` keeps it alive: the function that was called. */
  constructor(
    kept: KeptTransaction,
    { limitMs, transaction, what }: { limitMs: number; transaction: IDBTransaction; what: string },
  ) {
    this.#limitMs = limitMs
    this.#transaction = transaction
    this.#what = what
    const stopTimer = queueIdleTimer(() => kept.abort(this.#error()), limitMs)
    // The process is to see how it ends, also where nothing else keeps it.
    const letGo = keepAlive()
    this.#stop = () => {
      stopTimer()
      letGo()
    }
    kept.ended.then(this.#stop, this.#stop)
  }

  /** What it is for is over. */
  stop(): void {
    this.#stop()
  }

  /** Something is asked of the transaction now. */
  asked(): void {
    this.#lastAsked = placeHere()
  }

  #error(): DOMException {
    const { db, objectStoreNames } = this.#transaction
    const stores = Array.from(objectStoreNames).slice(0, 20)
    const [created, lastRequest] = [this.#begun.text, this.#lastAsked?.text]
    const listed = stores.map((it) => `"${it}"`).join(', ')
    const where = [
      `${this.#what} was called at ${created ?? 'an unknown place'}`,
      lastRequest ? `it was last asked at ${lastRequest}` : 'it was asked for nothing else',
    ].join('; ')
    const message = `The transaction on ${listed} of database "${db.name}" was aborted after ${this.#limitMs} ms: ${where}; wait for less in it, or raise timeLimit`
    return domException('AbortError', message, {
      code: 'ERR_IDB_TIME_LIMIT',
      database: db.name,
      stores,
      limit: this.#limitMs,
      ...(created && { created }),
      ...(lastRequest && { lastRequest }),
    })
  }
}
