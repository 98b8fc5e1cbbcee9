/** What a realm watches at its owner, and looks at. */
import { type Failure, failure } from '../../errors.ts'
import type { ChangeListener } from '../../protocol/changes.ts'
import type { DatabaseCounters } from '../../protocol/load.ts'
import { demand } from '../malformed.ts'
import type { Answer, Call } from '../messages.ts'
import type { SendWindow } from '../flow/send-window.ts'
import type { ServedConnection } from './transactions.ts'

/** How many watches a realm may have. Each takes about a KiB, and a look at each change. */
const mostWatches = 10_000

/** One realm's. */
export class ServedWatches {
  readonly #connections: ReadonlyMap<number, ServedConnection>
  readonly #post: (answer: Answer) => void
  readonly #window: SendWindow
  /** Id → what ends it. */
  readonly #watches = new Map<number, () => void>()

  constructor(
    connections: ReadonlyMap<number, ServedConnection>,
    { post, window }: { post: (answer: Answer) => void; window: SendWindow },
  ) {
    this.#connections = connections
    this.#post = post
    this.#window = window
  }

  /** @throws Malformed as `#watch()` */
  receive(call: Extract<Call, { type: 'watch' | 'inspect' }>): void {
    if (call.type === 'watch') this.#watch(call)
    else this.#inspect(call)
  }

  /** @throws Malformed for one too many, or of a store that does not exist */
  #watch({ id, connection, watched }: Extract<Call, { type: 'watch' }>): void {
    demand(this.#watches.size < mostWatches, 'watches too much')
    const served = this.#connections.get(connection)
    // It was closed, which the realm does not know yet.
    if (!served) return
    demand(
      watched.every(({ storeId }) => served.schema.stores.has(storeId)),
      'watches an object store that does not exist',
    )
    const listener = new SentChanges(id, this.#post, this.#window)
    this.#watches.set(id, served.connection.watch(watched, listener))
  }

  #inspect({ id, connection }: Extract<Call, { type: 'inspect' }>): void {
    const failed = (reason: Failure): void =>
      this.#post({ type: 'requestFailed', id, failure: reason })
    const served = this.#connections.get(connection)
    if (!served) {
      return failed(failure('AbortError', 'The connection was closed', { code: 'ERR_IDB_CLOSED' }))
    }
    const done = (counters: DatabaseCounters): void =>
      this.#post({ type: 'inspected', id, counters })
    served.connection.inspect({ done, failed })
  }

  unwatch(id: number): void {
    this.#watches.get(id)?.()
    this.#watches.delete(id)
  }

  /** The realm is gone. */
  close(): void {
    for (const id of this.#watches.keys()) this.unwatch(id)
  }
}

/** Sends changes to a realm, unless it takes them too slowly: then it is told that it has missed some. */
class SentChanges implements ChangeListener {
  readonly #id: number
  readonly #post: (answer: Answer) => void
  readonly #window: SendWindow
  #hasMissed = false

  constructor(id: number, post: (answer: Answer) => void, window: SendWindow) {
    this.#id = id
    this.#post = post
    this.#window = window
  }

  changed(...[changes, isOwn]: Parameters<ChangeListener['changed']>): void {
    if (this.#hasMissed) return
    if (this.#window.isFull) return this.missed()
    this.#post({ type: 'changed', id: this.#id, changes, isOwn })
  }

  missed(): void {
    if (this.#hasMissed) return
    this.#hasMissed = true
    if (this.#window.isFull) this.#window.wait(this)
    else this.advance()
  }

  advance(): void {
    this.#hasMissed = false
    this.#post({ type: 'missed', id: this.#id })
  }
}
