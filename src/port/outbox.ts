/** Sends messages in batches: one for each task, flushed by a microtask. */
import { queueReaction } from '../base/node-callbacks.ts'
import { ParcelWriter } from './parcel.ts'
import type { HostPort } from './messages.ts'

/** A batch of this size is sent at once, so that the other thread can begin with it. */
const largestBatchBytes = 64 * 1024

/** The sending end of a port. */
export class Outbox<Message> {
  readonly #port: HostPort
  readonly #write: (message: Message, parcel: ParcelWriter) => void
  readonly #sent: (sizeBytes: number) => void
  readonly #parcel = new ParcelWriter()
  #isFlushQueued = false
  readonly #flushQueued = () => {
    this.#isFlushQueued = false
    if (this.#parcel.sizeBytes > 0) this.#flush()
  }

  /** `write` packs a message. `sent` is told how large each parcel is. */
  constructor(
    port: HostPort,
    write: (message: Message, parcel: ParcelWriter) => void,
    sent: (sizeBytes: number) => void = () => {},
  ) {
    this.#port = port
    this.#write = write
    this.#sent = sent
  }

  /** The bytes in the message are copied within the call. */
  post(message: Message): void {
    this.#write(message, this.#parcel)
    if (this.#parcel.sizeBytes >= largestBatchBytes) this.#flush()
    if (this.#isFlushQueued) return
    this.#isFlushQueued = true
    queueReaction(this.#flushQueued)
  }

  /** Sends the last message, and closes the channel where it is the port's. */
  end(message: Message): void {
    this.post(message)
    if (this.#parcel.sizeBytes > 0) this.#flush()
    this.#port.end?.()
  }

  #flush(): void {
    this.#sent(this.#parcel.sizeBytes)
    const { parcel, transfer } = this.#parcel.take()
    this.#port.postMessage(parcel, transfer)
  }
}
