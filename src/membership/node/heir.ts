/**
 * Gets a client ready to be the next owner, where it is among the first to try: what it would otherwise do between the end of the
 * owner and its own first answer. It waits for a while, so that it costs nothing to a program that is soon over.
 */
import { queueIdleTimer } from '../../event-loop/turn.ts'

/** How long it is a client before. */
const usualRestMs = 250
/** How many of those who would survive the owner's process get ready: it takes 30 MiB in each. */
const heirCount = 2

/** What an heir is made of. */
export interface HeirOptions {
  /** Its own id. */
  readonly client: string
  /** Whether a client ends with the owner. */
  readonly endsWithOwner: (client: string) => boolean
  readonly getReady: () => void
  /** Default: 250 ms. */
  readonly restMs?: number
}

/** A client of one owner. */
export class Heir {
  readonly #options: HeirOptions
  #stop: (() => void) | null = null

  constructor(options: HeirOptions) {
    this.#options = options
  }

  /** Takes the owner's clients, in the order in which they would try. */
  note(clients: readonly string[]): void {
    const { client, endsWithOwner, getReady, restMs = usualRestMs } = this.#options
    const rank = clients.filter((id) => !endsWithOwner(id)).indexOf(client)
    if (rank >= 0 && rank < heirCount) this.#stop ??= queueIdleTimer(getReady, restMs)
  }

  /** It is a client no more. */
  end(): void {
    this.#stop?.()
  }
}
