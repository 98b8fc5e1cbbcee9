/**
 * What one transaction does, decided at random by a seed and by what it is told: executed again on equal databases it does and is
 * told the same. It reads and writes through cursors, too, makes requests that fail, and ends in every way there is.
 */
import { IDBKeyRange } from '../../../src/index.ts'
import { randomNumbers } from './random-numbers.ts'

/** What a listener throws in passing. */
export const thrownByListener = 'thrown by a listener of a script'

export interface ScriptOptions {
  readonly seed: number
  /** Its record, by which it is found among the committed ones; null: it only reads. */
  readonly marker: string | null
}

/** The key of a script's marker: no number, so that no script comes across it. */
export function markerOf(id: number): string {
  return `m${id}`
}

const directions = ['next', 'nextunique', 'prev', 'prevunique'] as const

/** A script on a transaction, until that has ended. */
export class Script {
  /** What it was told, in order, without the end. */
  readonly told: string[] = []
  readonly #random: () => number
  readonly #transaction: IDBTransaction
  readonly #stores: IDBObjectStore[]
  readonly #isWriting: boolean
  #stepsLeft: number
  /** Whether nothing more may be asked, though answers are to come. */
  #isEnding = false
  #lastValue = 0

  /** Must be made in the task in which the transaction is created. */
  constructor(transaction: IDBTransaction, { seed, marker }: ScriptOptions) {
    this.#random = randomNumbers(seed)
    this.#transaction = transaction
    this.#stores = Array.from(transaction.objectStoreNames, (name) => transaction.objectStore(name))
    this.#isWriting = marker !== null
    this.#stepsLeft = 1 + this.#below(6)
    for (const store of this.#stores) {
      if (marker !== null) store.put({}, marker)
      else this.#hear('markers', store.count(IDBKeyRange.bound('m', 'n')), () => {})
    }
    this.#step()
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #isLikely(probability: number): boolean {
    return this.#random() < probability
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[this.#below(items.length)]
    if (item === undefined) throw new Error('unreachable: nothing to pick from')
    return item
  }

  /** Requests, the last of which leads to the next step; none where the end is come. */
  #step(): void {
    if (this.#stepsLeft-- <= 0) return this.#end()
    const goOn = (): void => this.#step()
    for (let more = this.#below(3); more > 0; more--) this.#ask(() => {})
    this.#ask(goOn)
  }

  #end(): void {
    const choice = this.#random()
    this.#isEnding = choice < 0.5
    if (choice < 0.06) this.#transaction.abort()
    else if (this.#isEnding) this.#transaction.commit()
  }

  #ask(goOn: () => void): void {
    const isWrite = this.#isWriting && this.#isLikely(0.6)
    if (isWrite) this.#askToWrite(goOn)
    else this.#askToRead(goOn)
  }

  #value(): { v: number; u?: number; n: number } {
    const n = ++this.#lastValue
    const v = this.#below(6)
    return this.#isLikely(0.4) ? { v, u: this.#below(12), n } : { v, n }
  }

  #range(): IDBKeyRange {
    const lower = this.#below(14)
    return IDBKeyRange.bound(lower, lower + this.#below(9))
  }

  #askToWrite(goOn: () => void): void {
    const store = this.#pick(this.#stores)
    const key = 1 + this.#below(16)
    switch (this.#below(6)) {
      case 0:
        return this.#hear('put', store.put(this.#value(), key), goOn)
      case 1:
        return this.#hear('add', store.add(this.#value(), key), goOn)
      case 2:
        return this.#hear('generated', store.add(this.#value()), goOn)
      case 3:
        return this.#hear('delete', store.delete(this.#isLikely(0.5) ? key : this.#range()), goOn)
      default:
        return this.#walk(store.openCursor(this.#range(), this.#pick(directions)), goOn)
    }
  }

  #askToRead(goOn: () => void): void {
    const store = this.#pick(this.#stores)
    const source = this.#isLikely(0.5) ? store : store.index(this.#pick(['v', 'u']))
    const limit = this.#isLikely(0.5) ? 1 + this.#below(4) : undefined
    switch (this.#below(7)) {
      case 0:
        return this.#hear('get', source.get(this.#below(16)), goOn)
      case 1:
        return this.#hear('getKey', source.getKey(this.#range()), goOn)
      case 2:
        return this.#hear('count', source.count(this.#range()), goOn)
      case 3:
        return this.#hear('getAll', source.getAll(this.#range(), limit), goOn)
      case 4:
        return this.#hear('getAllKeys', source.getAllKeys(this.#range(), limit), goOn)
      case 5:
        return this.#walk(source.openKeyCursor(this.#range(), this.#pick(directions)), goOn)
      default:
        return this.#walk(source.openCursor(this.#range(), this.#pick(directions)), goOn)
    }
  }

  /** Notes the answer, and goes on after success or after a failure that it forgives. */
  #hear(title: string, request: IDBRequest, goOn: () => void): void {
    request.onsuccess = () => {
      this.told.push(`${title} ${JSON.stringify(request.result)}`)
      if (this.#isEnding) return
      this.#throwPerhaps()
      goOn()
    }
    this.#hearFailure(title, request, goOn)
  }

  #hearFailure(title: string, request: IDBRequest, goOn: () => void): void {
    request.onerror = (event) => {
      this.told.push(`${title} ${request.error?.name}`)
      // It is over already, and says so to every request.
      if (request.error?.name !== 'ConstraintError' || this.#isEnding) return
      if (this.#isLikely(0.85)) {
        event.preventDefault()
        goOn()
      }
    }
  }

  #throwPerhaps(): void {
    if (this.#isLikely(0.02)) throw new Error(thrownByListener)
  }

  #walk<Cursor extends IDBCursor>(request: IDBRequest<Cursor | null>, goOn: () => void): void {
    let left = 1 + this.#below(6)
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor) {
        this.told.push('cursor null')
        return this.#isEnding ? undefined : goOn()
      }
      this.told.push(`cursor ${textOf(cursor)}`)
      if (this.#isEnding) return
      this.#throwPerhaps()
      if (this.#isWriting && 'value' in cursor) this.#writeAt(cursor)
      if (left-- <= 0) return goOn()
      this.#move(cursor)
    }
    this.#hearFailure('cursor', request, goOn)
  }

  #writeAt(cursor: IDBCursor): void {
    const nothing = (): void => {}
    if (this.#isLikely(0.3)) this.#hear('update', cursor.update(this.#value()), nothing)
    else if (this.#isLikely(0.2)) this.#hear('delete at', cursor.delete(), nothing)
  }

  /** Where the cursor cannot go there it says so, and goes one further. */
  #move(cursor: IDBCursor): void {
    const beyond = Number(cursor.key) + (cursor.direction.startsWith('next') ? 1 : -1)
    try {
      if (this.#isLikely(0.3)) return cursor.advance(1 + this.#below(3))
      if (this.#isLikely(0.3)) return cursor.continue(beyond + this.#below(3) - 1)
      if (this.#isLikely(0.3)) return cursor.continuePrimaryKey(cursor.key, this.#below(16))
    } catch (error) {
      this.told.push(`moving ${error instanceof Error ? error.name : 'DOMException'}`)
    }
    cursor.continue()
  }
}

function textOf(cursor: IDBCursor): string {
  const { key, primaryKey } = cursor
  const value: unknown = 'value' in cursor ? cursor.value : undefined
  return JSON.stringify([key, primaryKey, value])
}
