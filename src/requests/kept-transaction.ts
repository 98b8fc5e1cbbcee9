import { type Hold, holdSymbol } from '../base/hold.ts'
import { domException, transactionAborted } from '../errors.ts'
import type { IDBObjectStore, IDBRequest, IDBTransaction } from '../api/global/interfaces.ts'

/** Makes requests; the last of them is answered last. */
type Ask = () => IDBRequest | undefined

/** A transaction of this package. */
interface Holdable {
  [holdSymbol](): Hold<IDBRequest>
}

interface Asked {
  readonly ask: Ask
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/**
 * A transaction that waits for other work: as long as there is nothing else to ask, it is held; one of another IndexedDB is asked for
 * a key that takes no time to look for, over and over. It ends by finish() or abort(), or by the error of a request.
 */
export class KeptTransaction {
  /** Resolves when it has committed. Rejects when it was aborted, with the reason. */
  readonly ended: Promise<void>
  readonly #transaction: IDBTransaction
  readonly #store: IDBObjectStore
  readonly #queue: Asked[] = []
  #failure: { readonly reason: unknown } | null = null
  #isFinishing = false
  #hold: Hold<IDBRequest> | null = null

  /** It is active now: just made, or in an event of one of its requests. `store`: one that stays to its end. */
  constructor(transaction: IDBTransaction, store: IDBObjectStore) {
    this.#transaction = transaction
    this.#store = store
    this.ended = new Promise((resolve, reject) => {
      transaction.addEventListener('complete', () => {
        this.#fail(
          domException(
            'TransactionInactiveError',
            'The transaction has committed; ask before its end',
          ),
        )
        resolve()
      })
      transaction.addEventListener('abort', () => reject(this.#fail(transaction.error)))
    })
    // Its end is told to those who ask.
    this.ended.catch(() => undefined)
    this.#beat()
  }

  /** Lets `ask` make requests while the transaction is active. Resolves when the last of them has succeeded. */
  ask(ask: Ask): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure) reject(this.#failure.reason)
      else this.#queue.push({ ask, resolve, reject })
      this.#hold?.release()
    })
  }

  /** Lets it commit. Resolves when it has. */
  finish(): Promise<void> {
    this.#isFinishing = true
    this.#hold?.release()
    return this.ended
  }

  /** Takes `finish()` back, as far as it has not ended yet: there is more to ask. */
  goOn(): void {
    this.#isFinishing = false
  }

  abort(reason: unknown): void {
    if (this.#failure) return
    this.#fail(reason)
    try {
      this.#transaction.abort()
    } catch {
      // It has ended already.
    }
  }

  /** Why it was aborted, where `error` only says that it was: with that, all requests end that were under way then. */
  reasonFor(error: unknown): unknown {
    if ((error as Error | null)?.name !== 'AbortError') return error
    return this.#failure ? this.#failure.reason : (this.#transaction.error ?? error)
  }

  #fail(reason: unknown): unknown {
    this.#failure ??= {
      reason: reason ?? domException('AbortError', transactionAborted),
    }
    for (const { reject } of this.#queue.splice(0)) reject(this.#failure.reason)
    return this.#failure.reason
  }

  #beat(): void {
    if (this.#failure) return
    const asked = this.#queue.shift()
    if (asked) this.#make(asked)
    else if (!this.#isFinishing) this.#stay()
  }

  #stay(): void {
    try {
      this.#restingRequest().addEventListener('success', () => this.#beat())
      // Asked already: its turn comes with the answer, unless the transaction is aborted before.
      if (this.#queue.length > 0 || this.#isFinishing) this.#hold?.release()
    } catch (error) {
      // What was asked has ended it, by commit() or abort().
      if (!(error instanceof DOMException)) throw error
    }
  }

  #restingRequest(): IDBRequest {
    const transaction = this.#transaction as IDBTransaction & Partial<Holdable>
    const hold = transaction[holdSymbol]?.() ?? null
    this.#hold = hold
    return hold ? hold.request : this.#store.count(-Infinity)
  }

  #make({ ask, resolve, reject }: Asked): void {
    try {
      const last = ask()
      if (!last) {
        resolve()
        return this.#beat()
      }
      const answered = (): void => {
        // A cursor's request succeeds again each time that it is asked to continue. Not every IndexedDB knows `once`.
        last.removeEventListener('success', succeeded)
        last.removeEventListener('error', failed)
      }
      const failed = (): void => {
        answered()
        reject(this.reasonFor(last.error))
        // It goes on where a listener keeps the error from aborting it.
        this.#stay()
      }
      const succeeded = (): void => {
        answered()
        resolve()
        this.#beat()
      }
      last.addEventListener('success', succeeded)
      last.addEventListener('error', failed)
    } catch (error) {
      reject(error)
      this.abort(error)
    }
  }
}
