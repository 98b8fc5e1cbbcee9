/** Connections to databases that are there: none is ever made by looking, and none stands in the way of an upgrade. */
import { resultOf } from './requests.ts'

export class Connections {
  readonly #indexedDB: IDBFactory
  readonly #opened: (connection: IDBDatabase) => void
  readonly #open = new Map<string, Promise<IDBDatabase>>()
  #isClosed = false

  /** `opened` is told of each connection that is made. */
  constructor(indexedDB: IDBFactory, opened: (connection: IDBDatabase) => void) {
    this.#indexedDB = indexedDB
    this.#opened = opened
  }

  /** The connection to a database, the same for all. @throws Error when there is no such database, and once they are closed */
  async to(name: string): Promise<IDBDatabase> {
    if (this.#isClosed) throw new Error('The view is closed')
    const known = this.#open.get(name)
    if (known) return known
    const opening = this.#connect(name)
    this.#open.set(name, opening)
    opening.catch(() => this.#forget(name, opening))
    return opening
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const connection of await Promise.allSettled(open)) {
      if (connection.status === 'fulfilled') connection.value.close()
    }
  }

  async #connect(name: string): Promise<IDBDatabase> {
    const databases = await this.#indexedDB.databases()
    if (!databases.some((it) => it.name === name)) throw missing(name)
    const request = this.#indexedDB.open(name)
    // It was deleted meanwhile: what this would create is not wanted.
    request.onupgradeneeded = () => request.transaction?.abort()
    const connection = await resultOf(request)
    const forget = (): void => void this.#open.delete(name)
    connection.onversionchange = () => {
      forget()
      connection.close()
    }
    connection.onclose = forget
    this.#opened(connection)
    return connection
  }

  #forget(name: string, opening: Promise<IDBDatabase>): void {
    if (this.#open.get(name) === opening) this.#open.delete(name)
  }
}

function missing(name: string): Error {
  return new Error(`Database "${name}" is not there any more; choose another`)
}
