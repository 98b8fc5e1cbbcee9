/**
 * What a client has sent, on its way to the host. A host that has done enough in one turn of the event loop queues what it is asked, and
 * declines the commits that are offered to it. So nothing more is read in that turn, and the rest in slices, one in each turn to come.
 */
import { Fifo } from '../../base/fifo.ts'
import { isTurnSpent } from '../../event-loop/pump.ts'
import { now, queueTurn } from '../../event-loop/turn.ts'
import { ParcelReader } from '../parcel.ts'

/** How long a slice may take, as those of the pump. */
const sliceMs = 1
/** How many calls pass between two looks at the clock. */
const clockInterval = 16
/** How much may come until all that waits is read: it is not to be kept for a client that sends more than the host does. */
const mostWaitingBytes = 1024 * 1024

export class Inbox {
  readonly #read: (parcel: ParcelReader) => void
  readonly #failed: (error: unknown) => void
  /** What has come and was not read to its end. */
  readonly #waiting = new Fifo<ParcelReader>()
  /** How much has come since nothing waited. */
  #waitingBytes = 0
  #isSliceQueued = false
  #isClosed = false

  /** `read`: reads the next call. `failed`: takes what that has thrown; nothing more is read. */
  constructor(read: (parcel: ParcelReader) => void, failed: (error: unknown) => void) {
    this.#read = read
    this.#failed = failed
  }

  /** Reads the parcel that `message` is, or what is left of it in turns to come. */
  add(message: unknown): void {
    this.#try(() => this.#add(new ParcelReader(message)))
  }

  /** Reads all that has come. */
  readAll(): void {
    this.#try(() => this.#readAll())
  }

  /** Nothing is read any more. */
  close(): void {
    this.#isClosed = true
    this.#waiting.clear()
  }

  #try(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.close()
      this.#failed(error)
    }
  }

  #add(parcel: ParcelReader): void {
    if (this.#waiting.length === 0 && this.#readWhile(parcel, isTurnLeft)) return
    this.#waiting.push(parcel)
    this.#waitingBytes += parcel.sizeBytes
    if (parcel.isFleeting || this.#waitingBytes > mostWaitingBytes) this.#readAll()
    else this.#queueSlice()
  }

  #readAll(): void {
    this.#readWaitingWhile(() => true)
  }

  #queueSlice(): void {
    if (this.#isSliceQueued) return
    this.#isSliceQueued = true
    queueTurn(() => {
      this.#isSliceQueued = false
      this.#try(() => this.#readSlice())
    })
  }

  #readSlice(): void {
    const until = now() + sliceMs
    let count = 0
    this.#readWaitingWhile(() => isTurnLeft() && (++count % clockInterval > 0 || now() < until))
    if (this.#waiting.length > 0) this.#queueSlice()
  }

  #readWaitingWhile(mayRead: () => boolean): void {
    for (let parcel = this.#waiting.first(); parcel; parcel = this.#waiting.first()) {
      if (!this.#readWhile(parcel, mayRead)) return
      this.#waiting.shift()
    }
    this.#waitingBytes = 0
  }

  /** Whether it was read to its end. */
  #readWhile(parcel: ParcelReader, mayRead: () => boolean): boolean {
    while (!this.#isClosed && !parcel.isAtEnd) {
      if (!mayRead()) return false
      this.#read(parcel)
    }
    return true
  }
}

const isTurnLeft = (): boolean => !isTurnSpent()
