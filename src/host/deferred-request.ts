/** An open or delete request on its way to a host that is not there yet. */
import type { Failure } from '../errors.ts'
import { closedBefore } from './queued-request.ts'
import type { HostRequest } from './protocol.ts'

/** A request that is passed on to its host later. */
export class DeferredRequest implements HostRequest {
  readonly #name: string
  readonly #failed: (reason: Failure) => void
  /** null: it has not been passed on. */
  #request: HostRequest | null = null
  #isOver = false

  /** `name`: of its database. `failed`: told when it is over before it was passed on. */
  constructor(name: string, failed: (reason: Failure) => void) {
    this.#name = name
    this.#failed = failed
  }

  cancel(): void {
    if (this.#request) this.#request.cancel()
    else this.fail(closedBefore(this.#name))
  }

  /** It cannot be passed on. */
  fail(reason: Failure): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#failed(reason)
  }

  /** `ask` puts it to the host; not called once it is over. */
  passOn(ask: () => HostRequest): void {
    if (!this.#isOver) this.#request = ask()
  }
}
