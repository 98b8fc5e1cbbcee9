/** An open or delete request in its connection queue. */
import { exceptionOf, type Failure, failure, failureOf, type FailurePlace } from '../errors.ts'

/** A request, until it is answered. */
export class QueuedRequest {
  /** Whether it waits for connections that were asked to close and have not: any length of time. */
  isBlocked = false
  readonly #name: string
  readonly #place: FailurePlace
  readonly #listener: { failed(reason: Failure): void }
  readonly #process: (request: QueuedRequest) => Promise<void>
  #isCancelled = false
  /** Ends the wait of `orCancelled`. */
  #wake = (): void => {}

  /** `place`: of its database, with its name. `process` answers it, or throws what it fails with. */
  constructor(
    place: FailurePlace & { readonly database: string },
    listener: { failed(reason: Failure): void },
    process: (request: QueuedRequest) => Promise<void>,
  ) {
    this.#name = place.database
    this.#place = place
    this.#listener = listener
    this.#process = process
  }

  /** Never rejects: what goes wrong is the request's answer. */
  async process(): Promise<void> {
    try {
      await this.#process(this)
    } catch (error) {
      this.failed(failureOf(error, this.#place))
    }
  }

  failed(reason: Failure): void {
    this.#listener.failed(reason)
  }

  get isCancelled(): boolean {
    return this.#isCancelled
  }

  /** Heeded where it waits, or would have to. */
  cancel(): void {
    this.#isCancelled = true
    this.#wake()
  }

  /** Waits for others, who may take any length of time. @throws AbortError as soon as the request is cancelled */
  async orCancelled(others: readonly Promise<void>[]): Promise<void> {
    if (others.length === 0) return
    const cancelled = new Promise<void>((resolve) => {
      if (this.#isCancelled) resolve()
      else this.#wake = resolve
    })
    await Promise.race([cancelled, Promise.all(others)])
    if (this.#isCancelled) throw exceptionOf(closedBefore(this.#name))
  }
}

/** Why a request was not processed. */
export function closedBefore(name: string): Failure {
  const message = `The storage of database "${name}" was closed`
  return failure('AbortError', message, { code: 'ERR_IDB_CLOSED', database: name })
}
