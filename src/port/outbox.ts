/** Sends messages in batches. */
import { Fifo } from '../base/fifo.ts'
import { ParcelWriter } from './parcel.ts'
import type { HostPort } from './messages.ts'

/** A batch of this size is sent at once, so that the other thread can begin with it. */
const largestBatchBytes = 64 * 1024

/** What sending depends on. */
export interface OutboxOptions {
  /** When a batch is sent: gives what has `flush` called once after the message that begins it. */
  readonly timing: (flush: () => void) => () => void
  /** Told how large each parcel is. */
  readonly sent: (sizeBytes: number) => void
}

/** The sending end of a port. */
export class Outbox<Message> {
  readonly #port: HostPort
  readonly #write: (message: Message, parcel: ParcelWriter) => void
  readonly #sent: (sizeBytes: number) => void
  readonly #parcel = new ParcelWriter()
  /** To be written after all that is posted until it is sent. */
  readonly #last = new Fifo<Message>()
  #isFlushQueued = false
  readonly #queueFlush: () => void

  /** `write` packs a message. */
  constructor(
    port: HostPort,
    write: (message: Message, parcel: ParcelWriter) => void,
    { timing, sent }: OutboxOptions,
  ) {
    this.#port = port
    this.#write = write
    this.#sent = sent
    this.#queueFlush = timing(() => {
      this.#isFlushQueued = false
      this.flush()
    })
  }

  /** The bytes in the message are copied within the call. */
  post(message: Message): void {
    this.#add(message)
    this.#flushSoon()
  }

  /** The same, but it comes after what is posted in the same batch. */
  postLast(message: Message): void {
    this.#last.push(message)
    this.#flushSoon()
  }

  /** Sends the last message, and closes the channel where it is the port's. */
  end(message: Message): void {
    this.postLast(message)
    this.flush()
    this.#port.end?.()
  }

  /** Sends what there is, now. */
  flush(): void {
    for (let it = this.#last.shift(); it; it = this.#last.shift()) this.#add(it)
    this.#send()
  }

  #add(message: Message): void {
    this.#write(message, this.#parcel)
    if (this.#parcel.sizeBytes >= largestBatchBytes) this.#send()
  }

  #flushSoon(): void {
    if (this.#isFlushQueued) return
    this.#isFlushQueued = true
    this.#queueFlush()
  }

  #send(): void {
    if (this.#parcel.sizeBytes === 0) return
    this.#sent(this.#parcel.sizeBytes)
    const { parcel, transfer } = this.#parcel.take()
    this.#port.postMessage(parcel, transfer)
  }
}
