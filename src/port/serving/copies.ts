/** The copies of databases that a realm at the other end of a port is sent. */
import { failure } from '../../errors.ts'
import type { HostCopy } from '../../protocol/protocol.ts'
import type { SendWindow } from '../flow/send-window.ts'
import { demand } from '../malformed.ts'
import type { Answer, Call } from '../messages.ts'
import type { ServedConnection } from './transactions.ts'

/** How many a realm may ask for at a time. */
const mostCopies = 1000

/** What they need of the realm. */
interface ServedCopiesOptions {
  readonly connections: ReadonlyMap<number, ServedConnection>
  /** Whether that connection's upgrade is running. */
  readonly isUpgrading: (connection: number) => boolean
  readonly post: (answer: Answer) => void
  /** How much it has not taken. */
  readonly window: SendWindow
}

/** One realm's, by their ids. What is asked of one that is over is not done, as the realm may not know yet. */
export class ServedCopies {
  readonly #options: ServedCopiesOptions
  /** Those that are not over. */
  readonly #copies = new Map<number, HostCopy>()

  constructor(options: ServedCopiesOptions) {
    this.#options = options
  }

  /** @throws Malformed for one that a realm cannot ask for */
  begin({ id, connection }: Extract<Call, { type: 'copy' }>): void {
    const { connections, isUpgrading, post } = this.#options
    const served = connections.get(connection)
    if (!served) {
      const reason = failure('AbortError', 'The connection was closed', { code: 'ERR_IDB_CLOSED' })
      return post({ type: 'requestFailed', id, failure: reason })
    }
    demand(!isUpgrading(connection), 'asks for a copy during an upgrade')
    demand(this.#copies.size < mostCopies, 'asks for too many copies')
    let isOver = false
    const over = (answer: Answer): void => {
      isOver = true
      this.#copies.delete(id)
      post(answer)
    }
    const copy = served.connection.copy({
      began: (sizeBytes) => post({ type: 'copyBegun', id, sizeBytes }),
      piece: (bytes) => post({ type: 'piece', id, bytes }),
      ended: () => over({ type: 'copyEnded', id }),
      failed: (reason) => over({ type: 'requestFailed', id, failure: reason }),
    })
    if (!isOver) this.#copies.set(id, copy)
  }

  /** The next piece, once the realm has room for it. */
  next(id: number): void {
    const { window } = this.#options
    const advance = (): void => this.#copies.get(id)?.next()
    if (window.isFull) window.wait({ advance })
    else advance()
  }

  cancel(id: number): void {
    this.#copies.get(id)?.cancel()
    this.#copies.delete(id)
  }
}
