/** Sends messages in batches: one for each task, flushed by a microtask. */
import type { HostPort } from './port-messages.ts'

/** Smaller buffers are copied along: to transfer one costs more than to copy it. */
const transferBytes = 16 * 1024

/** The sending end of a port. */
export class Outbox<Message> {
  readonly #port: HostPort
  #batch: Message[] = []
  #transfer: Transferable[] = []
  readonly #flush = () => {
    const batch = this.#batch
    const transfer = this.#transfer
    this.#batch = []
    this.#transfer = []
    this.#port.postMessage(batch, transfer)
  }

  constructor(port: HostPort) {
    this.#port = port
  }

  post(message: Message): void {
    if (this.#batch.length === 0) queueMicrotask(this.#flush)
    this.#batch.push(message)
  }

  /** Gives away the buffer under bytes of a message just posted; they must be all there is in it. */
  give({ buffer }: ArrayBufferView): void {
    // Shared memory cannot be given away, and is never used here.
    if (buffer.byteLength >= transferBytes) this.#transfer.push(buffer as ArrayBuffer)
  }
}
