/** An open or delete request in its connection queue. */
import { exceptionOf, type Failure, failure, failureOf, type FailurePlace } from '../../errors.ts'
import type { CommitMark, RequestOrigin } from '../../protocol/protocol.ts'

/** What a request is made of. */
export interface QueuedRequestOptions {
  /** undefined: it is asked of this owner alone. */
  readonly origin: RequestOrigin | undefined
  /** Of its database, with its name. */
  readonly place: FailurePlace & { readonly database: string }
  readonly listener: { failed(reason: Failure): void }
  /** Answers the request, or throws what it fails with. */
  readonly process: (request: QueuedRequest) => Promise<void>
  /** Called when it has to wait for connections that were asked to close. */
  readonly blocked: () => void
}

/** A request, until it is answered. */
export class QueuedRequest {
  readonly #options: QueuedRequestOptions
  #isBlocked = false
  #isCancelled = false
  /** Whether it asks the connections to go: until they have, others may join them. */
  isAsking = false
  /** Ends a wait that another connection's joining ends. */
  #noteJoined = (): void => {}
  /** Ends the wait of `orCancelled`. */
  #wake = (): void => {}

  constructor(options: QueuedRequestOptions) {
    this.#options = options
  }

  /** Its name at each owner. */
  get mark(): CommitMark | undefined {
    return this.#options.origin?.mark
  }

  /** By which a deletion is to be noted; undefined: there is no need. */
  get markToNote(): CommitMark | undefined {
    const { origin } = this.#options
    return origin?.mayBeLost ? origin.mark : undefined
  }

  /** By which a former owner may have noted that it has carried it out; null: none was asked for it. */
  get markToFind(): CommitMark | null {
    const { origin } = this.#options
    return origin?.wasAsked ? origin.mark : null
  }

  /** Whether its realm comes to the next owner with what was under way at this one. */
  get outlivesOwner(): boolean {
    return this.#options.origin?.outlivesOwner ?? false
  }

  /** Whether it was being processed at an owner that is gone. */
  get resumes(): boolean {
    return this.#options.origin?.resumes ?? false
  }

  /** Never rejects: what goes wrong is the request's answer. */
  async process(): Promise<void> {
    try {
      await this.#options.process(this)
    } catch (error) {
      this.failed(failureOf(error, this.#options.place))
    }
  }

  failed(reason: Failure): void {
    this.#options.listener.failed(reason)
  }

  /** Whether it waits for connections that were asked to close and have not, which has no limit in time. */
  get isBlocked(): boolean {
    return this.#isBlocked
  }

  /** Some of those that were asked to close have not. */
  block(): void {
    this.#isBlocked = true
    this.#options.blocked()
  }

  /** A connection has joined those that it asks. */
  joined(): void {
    this.#noteJoined()
  }

  get isCancelled(): boolean {
    return this.#isCancelled
  }

  /** Heeded where it waits, or would have to. */
  cancel(): void {
    this.#isCancelled = true
    this.#wake()
  }

  /**
   * Waits for others, who may take any length of time; `orJoined`: or for a connection that joins them.
   * @throws AbortError as soon as the request is cancelled
   */
  async orCancelled(others: readonly Promise<void>[], { orJoined = false } = {}): Promise<void> {
    if (others.length === 0) return
    const joined = new Promise<void>((resolve) => {
      this.#noteJoined = orJoined ? resolve : () => {}
    })
    const cancelled = new Promise<void>((resolve) => {
      if (this.#isCancelled) resolve()
      else this.#wake = resolve
    })
    await Promise.race([cancelled, joined, Promise.all(others)])
    if (this.#isCancelled) throw exceptionOf(closedBefore(this.#options.place.database))
  }
}

/** Why a request was not processed. */
export function closedBefore(name: string): Failure {
  const message = `The storage of database "${name}" was closed`
  return failure('AbortError', message, { code: 'ERR_IDB_CLOSED', database: name })
}

/** Why a transaction of a connection was aborted, or not begun. */
export function closedByForce(name: string): Failure {
  const message = `The connection to database "${name}" was closed by force`
  return failure('AbortError', message, { code: 'ERR_IDB_CLOSED', database: name })
}
