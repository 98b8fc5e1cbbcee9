/** A counter in a directory that is shared. */
import { observe, type Observed } from '../../../../src/extras.ts'
import { close } from '../../../../src/index.ts'
import { completion, openDatabase, resultOf } from '../../../kit/promises.ts'
import { shareSeat } from '../load/seat.ts'
import { addTo } from '../load/task.ts'

/** This thread's part in it. */
export class Counter {
  readonly #indexedDB: IDBFactory
  #opened: Promise<IDBDatabase> | null = null

  constructor(path: string, onWarning: (warning: Error) => void = () => {}) {
    this.#indexedDB = shareSeat(path, onWarning).factory()
  }

  /** Adds 1, and a record of some bytes; resolves to the sum when that is committed. */
  async raise(byteLength = 0): Promise<number> {
    const database = await this.#open()
    const transaction = database.transaction('numbers', 'readwrite')
    const numbers = transaction.objectStore('numbers')
    const raised = addTo(numbers, 'sum', 1).then((sum) => {
      if (byteLength > 0) numbers.put(new Uint8Array(byteLength), sum)
      return sum
    })
    // Both at once: where the transaction aborts, either may be told first.
    const [sum] = await Promise.all([raised, completion(transaction)])
    return sum
  }

  async read(): Promise<number> {
    const numbers = (await this.#open()).transaction('numbers').objectStore('numbers')
    return (await resultOf(numbers.get('sum'))) as number
  }

  /** Has each change told, until the database is closed. */
  async watch(told: (observed: Observed) => void): Promise<void> {
    const database = await this.#open()
    observe(database, {}, told)
    // It has reached the owner when what is asked after it is answered.
    await resultOf(database.transaction('numbers').objectStore('numbers').count())
  }

  close(): Promise<void> {
    this.#opened = null
    return close(this.#indexedDB)
  }

  #open(): Promise<IDBDatabase> {
    const opened = (this.#opened ??= openDatabase(this.#indexedDB, (database) => {
      database.createObjectStore('numbers').put(0, 'sum')
    }))
    opened.then(
      (database) => database.addEventListener('close', () => this.#forget(opened)),
      () => this.#forget(opened),
    )
    return opened
  }

  #forget(opened: Promise<IDBDatabase>): void {
    if (this.#opened === opened) this.#opened = null
  }
}
