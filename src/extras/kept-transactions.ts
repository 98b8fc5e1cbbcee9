/** The transactions that extras keep alive: by one function, or by several loops at once. */
import type { IDBObjectStore, IDBTransaction } from '../api/global/interfaces.ts'
import { KeptTransaction } from '../requests/kept-transaction.ts'

interface Keeping {
  readonly kept: KeptTransaction
  /** How many loops keep it; null: a function does, which ends it by itself. */
  loops: number | null
}

const keepings = new WeakMap<object, Keeping>()

/** Keeps a transaction alive that is active now, for a function that ends it. */
export function keepFor(transaction: IDBTransaction, store: IDBObjectStore): KeptTransaction {
  return keep(transaction, store, null).kept
}

/** A loop's part in keeping a transaction alive. */
export interface LoopKeeping {
  readonly kept: KeptTransaction
  /** Whether a function keeps it that has a limit of its own. */
  readonly isOfFunction: boolean
  /** The loop is over: where it was the last that kept it, the transaction ends. */
  end(): void
}

/** Keeps a transaction alive for a loop. It is active now, or kept alive already. */
export function keepForLoop(transaction: IDBTransaction, store: IDBObjectStore): LoopKeeping {
  const keeping = keepings.get(transaction) ?? keep(transaction, store, 0)
  const { kept, loops } = keeping
  if (loops === null) return { kept, isOfFunction: true, end: () => {} }
  keeping.loops = loops + 1
  // The last loop may have ended just now.
  kept.goOn()
  return {
    kept,
    isOfFunction: false,
    end() {
      keeping.loops = (keeping.loops ?? 0) - 1
      if (keeping.loops === 0) void kept.finish()
    },
  }
}

function keep(transaction: IDBTransaction, store: IDBObjectStore, loops: number | null): Keeping {
  const keeping = { kept: new KeptTransaction(transaction, store), loops }
  const forget = (): void => void keepings.delete(transaction)
  keeping.kept.ended.then(forget, forget)
  keepings.set(transaction, keeping)
  return keeping
}
