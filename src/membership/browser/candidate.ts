/** A thread in line for a directory: see `meeting-point.ts`. */
import type { MeetingPoint } from './meeting-point.ts'
import type { Ownable } from './ownable.ts'
import { type Free, takeLock } from './web-locks.ts'

/** In line from its making on, until it owns or ends. */
export class Candidate {
  /** Resolves with what owns the directory now. Rejects where that cannot be, or when it has ended. */
  readonly elected: Promise<Ownable>
  readonly #ending = new AbortController()
  #ownable: Ownable | null = null
  /** Frees the candidacy: a worker that is ended may never say that it has given up. */
  #free: Free = () => {}

  constructor({ candidacy }: MeetingPoint, stand: () => Ownable) {
    this.elected = this.#run(candidacy, stand)
    this.elected.catch(() => {})
  }

  /** Leaves the line, or gives up the directory. Not to be called once what was elected serves. */
  end(): void {
    this.#ending.abort()
    this.#free()
    this.#ownable?.end()
  }

  async #run(candidacy: string, stand: () => Ownable): Promise<Ownable> {
    const { signal } = this.#ending
    const free = await takeLock(candidacy, { signal })
    this.#free = free
    try {
      signal.throwIfAborted()
      this.#ownable = stand()
      await this.#ownable.owned
      return this.#ownable
    } finally {
      free()
    }
  }
}
