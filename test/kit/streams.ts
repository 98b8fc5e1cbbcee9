/** Streams of bytes within a process: two ends, what each writes comes out at the other in a later turn. */
import { setImmediate as nextTurn } from 'node:timers'
import type { ByteStream } from '../../src/files/vfs.ts'

export interface StreamOptions {
  /** Cuts what is written into chunks of at most this many bytes. */
  readonly chunkBytes?: number
  /** Ends both directions once this many bytes have come through, in both together. */
  readonly cutAfter?: number
  /** Told of all that comes through. */
  readonly record?: (end: 0 | 1, bytes: Uint8Array) => void
}

/** The two ends of a stream. */
export function streamPair(options: StreamOptions = {}): [TestStream, TestStream] {
  const shared = { left: options.cutAfter ?? Infinity }
  const pair: [TestStream, TestStream] = [
    new TestStream(0, options, shared),
    new TestStream(1, options, shared),
  ]
  pair[0].other = pair[1]
  pair[1].other = pair[0]
  return pair
}

export class TestStream implements ByteStream {
  other: TestStream = this
  readonly #end: 0 | 1
  readonly #options: StreamOptions
  readonly #shared: { left: number }
  #arrived: Uint8Array[] = []
  #isTurnQueued = false
  #isPaused = false
  #hasEnded = false
  #isClosed = false
  #onData: ((bytes: Uint8Array) => void) | null = null
  #onDrain = (): void => {}
  #onClose = (): void => {}

  constructor(end: 0 | 1, options: StreamOptions, shared: { left: number }) {
    this.#end = end
    this.#options = options
    this.#shared = shared
  }

  write(bytes: Uint8Array): void {
    if (this.#hasEnded) return
    const { chunkBytes = Infinity } = this.#options
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      this.other.#arrive(bytes.slice(at, Math.min(bytes.length, at + chunkBytes)))
    }
  }

  get unsentBytes(): number {
    return this.other.#arrived.reduce((sum, { length }) => sum + length, 0)
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#onData = listener
    this.#queueTurn()
  }

  onDrain(listener: () => void): void {
    this.#onDrain = listener
  }

  onClose(listener: () => void): void {
    this.#onClose = listener
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#queueTurn()
  }

  close(): void {
    this.#finish()
    this.other.#finish()
  }

  ref(): void {}

  unref(): void {}

  #arrive(bytes: Uint8Array): void {
    this.#arrived.push(bytes)
    this.#queueTurn()
  }

  /** No more is written at either end; what was comes out first. */
  #finish(): void {
    this.#hasEnded = true
    this.#queueTurn()
  }

  #queueTurn(): void {
    if (this.#isTurnQueued) return
    this.#isTurnQueued = true
    nextTurn(() => this.#turn())
  }

  #turn(): void {
    this.#isTurnQueued = false
    while (this.#onData && !this.#isPaused && !this.#isClosed) {
      const bytes = this.#arrived.shift()
      if (!bytes) break
      this.#pass(bytes, this.#onData)
    }
    if (this.#arrived.length === 0) this.other.#onDrain()
    if (this.#hasEnded && (this.#arrived.length === 0 || this.#shared.left <= 0)) this.#tellClosed()
  }

  #pass(bytes: Uint8Array, listener: (bytes: Uint8Array) => void): void {
    const passed = bytes.subarray(0, Math.min(bytes.length, this.#shared.left))
    this.#shared.left -= passed.length
    this.#options.record?.(this.#end, passed)
    if (passed.length > 0) listener(passed)
    if (this.#shared.left <= 0) this.close()
  }

  #tellClosed(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#onClose()
  }
}
