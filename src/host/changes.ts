/** What a transaction has changed, noted for those who watch: nothing is where nobody does. */
import { append } from '../base/own-property.ts'
import { isEmpty } from '../keys/check-range.ts'
import { allKeys, behindKey, type EncodedRange } from '../keys/key-range.ts'
import { compareKeys } from '../keys/key.ts'
import type { Change, ChangeKind } from '../protocol/changes.ts'
import type { WriteOperation } from '../protocol/protocol.ts'

/** How many changes of an object store are told one by one. */
const mostChanges = 1000

/** And how long their keys may be together. */
const mostKeyBytes = 256 * 1024

/** One transaction's. */
export class Changes {
  readonly #stores = new Map<number, StoreChanges>()

  /** An operation has been executed; `result` is what it gave. */
  note(operation: WriteOperation, result: Uint8Array | undefined): void {
    switch (operation.type) {
      case 'put': {
        // One without a key was given one.
        const key = operation.key ?? (result as Uint8Array)
        const kind = operation.overwrite ? 'put' : 'add'
        return this.#add(operation.storeId, kind, { lower: key.slice(), upper: null })
      }
      case 'deleteRange': {
        const { lower, upper } = operation.range
        if (isEmpty(operation.range)) return
        const range = { lower: lower.slice(), upper: upper && upper.slice() }
        return this.#add(operation.storeId, 'delete', range)
      }
      case 'clear':
        return this.#add(operation.storeId, 'clear', allKeys)
      case 'changeSchema':
    }
  }

  list(): Change[] {
    return Array.from(this.#stores.values(), (store) => store.list()).flat()
  }

  #add(storeId: number, kind: ChangeKind, range: EncodedRange): void {
    const store = this.#stores.get(storeId) ?? new StoreChanges(storeId)
    this.#stores.set(storeId, store)
    store.add({ storeId, kind, range })
  }
}

/** Those of one object store, in order; too many become one that has them all. */
class StoreChanges {
  readonly #storeId: number
  readonly #changes: Change[] = []
  #keyBytes = 0
  /** Has all that there are; null: they are told one by one. */
  #whole: EncodedRange | null = null

  constructor(storeId: number) {
    this.#storeId = storeId
  }

  add(change: Change): void {
    if (this.#whole) return void (this.#whole = spanning(this.#whole, change.range))
    append(this.#changes, change)
    this.#keyBytes += change.range.lower.length + (change.range.upper?.length ?? 0)
    if (this.#changes.length <= mostChanges && this.#keyBytes <= mostKeyBytes) return
    for (const { range } of this.#changes.splice(0)) {
      this.#whole = this.#whole ? spanning(this.#whole, range) : range
    }
  }

  list(): readonly Change[] {
    if (!this.#whole) return this.#changes
    return [{ storeId: this.#storeId, kind: 'any', range: this.#whole }]
  }
}

/** The shortest range that has both. */
function spanning(one: EncodedRange, other: EncodedRange): EncodedRange {
  const [upper, otherUpper] = [endOf(one), endOf(other)]
  return {
    lower: compareKeys(one.lower, other.lower) <= 0 ? one.lower : other.lower,
    upper: compareKeys(upper, otherUpper) >= 0 ? upper : otherUpper,
  }
}

function endOf({ lower, upper }: EncodedRange): Uint8Array {
  return upper ?? behindKey(lower)
}
