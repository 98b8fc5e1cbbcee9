/** An open or delete request on its way to a host that is not there yet. */
import type { HostRequest } from '../../protocol/protocol.ts'

/** A request that is passed on to its host later, cancelled or not. */
export class DeferredRequest implements HostRequest {
  /** null: it has not been passed on. */
  #request: HostRequest | null = null
  #isCancelled = false

  cancel(): void {
    this.#isCancelled = true
    this.#request?.cancel()
  }

  /** `ask` puts it to the host. */
  passOn(ask: () => HostRequest): void {
    this.#request = ask()
    if (this.#isCancelled) this.#request.cancel()
  }
}
