/**
 * A store that is large enough for its count to be kept in the file, in a directory beside that of the histories. Whatever a kill
 * leaves of it, the counts of the store and of its index must be those of what is there.
 */
import { close, createIndexedDB, IDBKeyRange } from '../../../src/index.ts'
import type { Random } from '../../kit/history/random.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

/** Some more than have their count kept. */
const recordCount = 5_000

/** The directory beside that of a history. */
export function countedPath(path: string): string {
  return `${path}-counted`
}

/** The store. */
export class CountedStore {
  readonly #indexedDB: ReturnType<typeof createIndexedDB>
  #database: IDBDatabase | null = null

  constructor(path: string) {
    this.#indexedDB = createIndexedDB({ path: countedPath(path) })
  }

  /** @throws Error when a count is not that of what is there */
  async check(): Promise<void> {
    const database = await this.#open()
    const store = database.transaction('records').objectStore('records')
    for (const source of [store, store.index('tags')]) {
      const [count, keys] = await Promise.all([
        resultOf(source.count()),
        resultOf(source.getAllKeys()),
      ])
      if (count !== keys.length) {
        throw new Error(`"${source.name}" counts ${count}, and has ${keys.length}`)
      }
    }
  }

  /** Changes a few records, or none, or closes the file, which keeps the counts of then. */
  async change(random: Random): Promise<void> {
    if (random.percent(15)) return this.close()
    const transaction = (await this.#open()).transaction('records', 'readwrite')
    const completed = completion(transaction).catch(() => {}) // It may be aborted below.
    const store = transaction.objectStore('records')
    for (let left = random.below(4); left > 0; left--) {
      const key = random.below(recordCount + 100)
      if (random.percent(50)) store.put(valueOf(random.below(9)), key)
      else store.delete(IDBKeyRange.bound(key, key + random.below(3)))
    }
    if (random.percent(20)) transaction.abort()
    await completed
  }

  async close(): Promise<void> {
    this.#database = null
    await close(this.#indexedDB)
  }

  async #open(): Promise<IDBDatabase> {
    this.#database ??= await openDatabase(this.#indexedDB, (database) => {
      const store = database.createObjectStore('records')
      store.createIndex('tags', 'tags', { multiEntry: true })
      for (let key = 0; key < recordCount; key++) store.put(valueOf(key % 9), key)
    })
    return this.#database
  }
}

function valueOf(number: number) {
  return { tags: Array.from({ length: number % 3 }, (_, i) => number + i) }
}
