import { aFactory, checkArguments, type Kind } from '../arguments/check-arguments.ts'
import type { IDBFactory } from '../api/global/interfaces.ts'
import { jsonText } from '../rendering/json-text.ts'
import { renderWholeValue } from '../rendering/render-value.ts'
import type { StoreDescription } from './header.ts'
import { type DatabaseRecord, type Reading, startReading } from './read-database.ts'

/** A database to be compared. */
export interface ComparedDatabase {
  readonly indexedDB: IDBFactory
  readonly name: string
}

/** In what two databases differ. What only one of them has is undefined in the other. */
export type Difference =
  | { readonly type: 'version'; readonly a: number; readonly b: number }
  | {
      readonly type: 'store'
      readonly store: string
      readonly a: StoreDescription | undefined
      readonly b: StoreDescription | undefined
    }
  | {
      readonly type: 'record'
      readonly store: string
      readonly key: IDBValidKey
      /** Whether it has the record, as a record's value may be undefined. */
      readonly inA: boolean
      readonly inB: boolean
      readonly a: unknown
      readonly b: unknown
    }

/**
 * Finds the differences of two databases, in the order of stores and keys; none where they are alike. How many records a store
 * has is no difference of its own, nor is how far its key generator has come. Each database is read in one transaction.
 */
export async function* diff(
  a: ComparedDatabase,
  b: ComparedDatabase,
): AsyncGenerator<Difference, void, undefined> {
  checkArguments('diff()', { a: [a, aComparedDatabase], b: [b, aComparedDatabase] })
  const readings: Reading[] = []
  try {
    for (const { indexedDB, name } of [a, b]) {
      readings.push(await startReading(indexedDB, name, { asksForNextKeys: false }))
    }
    const [left, right] = readings as [Reading, Reading] // just read
    const { version: va } = left.description
    const { version: vb } = right.description
    if (va !== vb) yield { type: 'version', a: va, b: vb }
    yield* storeDifferences(left, right)
    yield* recordDifferences(left, right, a.indexedDB)
  } finally {
    for (const it of readings) it.end()
  }
}

const aComparedDatabase: Kind = [
  (value) => {
    const { indexedDB, name } = Object(value) as Partial<ComparedDatabase>
    return aFactory[0](indexedDB) && typeof name === 'string'
  },
  'an object { indexedDB, name }',
]

function* storeDifferences(a: Reading, b: Reading): Generator<Difference> {
  const [left, right] = [byName(a), byName(b)]
  for (const name of namesOf(a, b)) {
    const [x, y] = [left.get(name), right.get(name)]
    if (comparable(x) !== comparable(y)) yield { type: 'store', store: name, a: x, b: y }
  }
}

const byName = ({ description }: Reading): Map<string, StoreDescription> =>
  new Map(description.stores.map((it) => [it.name, it]))

/** In the order that names of stores have. */
function namesOf(...readings: readonly Reading[]): string[] {
  return [...new Set(readings.flatMap((it) => [...byName(it).keys()]))].sort()
}

function comparable(store: StoreDescription | undefined): string | undefined {
  if (!store) return undefined
  const { name, keyPath, autoIncrement, indexes } = store
  return JSON.stringify({ name, keyPath, autoIncrement, indexes })
}

/** One record after the other, each with the name of its store. */
class Cursor {
  readonly #names: readonly string[]
  readonly #batches: ReturnType<Reading['records']>
  #batch: readonly DatabaseRecord[] = []
  #at = 0

  constructor({ description, records }: Reading) {
    this.#names = description.stores.map((it) => it.name)
    this.#batches = records()
  }

  /** The record; undefined past the last. */
  get record(): DatabaseRecord | undefined {
    return this.#batch[this.#at]
  }

  get store(): string {
    return this.#names[this.record?.store ?? -1] ?? ''
  }

  async advance(): Promise<void> {
    this.#at++
    if (this.record) return
    const { done, value } = await this.#batches.next()
    this.#batch = done ? [] : value
    this.#at = 0
  }
}

async function* recordDifferences(
  a: Reading,
  b: Reading,
  factory: IDBFactory,
): AsyncGenerator<Difference, void, undefined> {
  const [left, right] = [new Cursor(a), new Cursor(b)]
  await Promise.all([left.advance(), right.advance()])
  while (left.record || right.record) {
    const order = compare(left, right, factory)
    const here = order <= 0 ? left : right
    if (order !== 0 || !(await areAlike(left.record?.value, right.record?.value))) {
      yield {
        type: 'record',
        store: here.store,
        key: here.record?.key as IDBValidKey, // The smaller one is there.
        inA: order <= 0,
        inB: order >= 0,
        a: order <= 0 ? left.record?.value : undefined,
        b: order >= 0 ? right.record?.value : undefined,
      }
    }
    if (order <= 0) await left.advance()
    if (order >= 0) await right.advance()
  }
}

/** Which of two records comes first; one that is not there comes last. */
function compare(a: Cursor, b: Cursor, factory: IDBFactory): number {
  if (!a.record || !b.record) return a.record ? -1 : 1
  if (a.store !== b.store) return a.store < b.store ? -1 : 1
  return factory.cmp(a.record.key, b.record.key)
}

async function areAlike(a: unknown, b: unknown): Promise<boolean> {
  const [x, y] = [await renderWholeValue(a), await renderWholeValue(b)]
  return jsonText(x) === jsonText(y)
}
