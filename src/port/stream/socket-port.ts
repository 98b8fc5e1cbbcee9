/** A port of the host protocol over a stream of bytes. */
import { Malformed } from '../malformed.ts'
import type { HostPort } from '../messages.ts'
import type { Parcel } from '../parcel.ts'
import { frameOf } from './frame.ts'
import { FrameReader } from './frame-reader.ts'

/**
 * The most a frame may hold: a record as large as can be, and what is sent along with it. No room is made in advance for what a
 * frame's head says.
 */
const longestFrameBytes = 640 * 1024 * 1024

/** The same before the other end has said who it is. */
const longestStrangerBytes = 256 * 1024

/** What is used of a stream: bytes in order, both ways. The VFS contract says what each member does. */
export interface PortStream {
  write(bytes: Uint8Array): void
  onData(listener: (bytes: Uint8Array) => void): void
  onClose(listener: () => void): void
  close(): void
  ref(): void
  unref(): void
}

type Listener = Parameters<HostPort['addEventListener']>[1]

const noListener: Listener = () => {}

/** One end of the stream, which is the port's from then on. What cannot be read is told as `messageerror`, and nothing comes after it. */
export class SocketPort implements HostPort {
  readonly #stream: PortStream
  readonly #listeners = { message: noListener, messageerror: noListener, close: noListener }
  readonly #reader = new FrameReader(longestStrangerBytes, (parcel) => this.#received(parcel))
  /** Whether nothing more is to be told of what comes. */
  #isDeaf = false

  constructor(stream: PortStream) {
    this.#stream = stream
    stream.onClose(() => this.#listeners.close({}))
  }

  postMessage(message: unknown): void {
    // Outboxes post nothing else.
    for (const part of frameOf(message as Parcel)) this.#stream.write(part)
  }

  /** There is one user, with one listener of each type; a later one replaces it. */
  addEventListener(type: 'message' | 'messageerror' | 'close', listener: Listener): void {
    this.#listeners[type] = listener
  }

  trust(): void {
    this.#reader.allow(longestFrameBytes)
  }

  /** Messages come from then on. */
  start(): void {
    this.#stream.onData((chunk) => this.#read(chunk))
  }

  /** Closes the stream, once what was posted is sent. */
  end(): void {
    this.#isDeaf = true
    this.#stream.close()
  }

  ref(): void {
    this.#stream.ref()
  }

  unref(): void {
    this.#stream.unref()
  }

  #read(chunk: Uint8Array): void {
    if (this.#isDeaf) return
    try {
      this.#reader.read(chunk)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      this.#isDeaf = true
      this.#listeners.messageerror({ error })
    }
  }

  #received(parcel: Parcel): void {
    if (!this.#isDeaf) this.#listeners.message({ data: parcel })
  }
}
