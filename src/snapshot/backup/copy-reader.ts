import { exceptionOf, type Failure } from '../../errors.ts'
import type { CopyListener, HostCopy, HostConnection } from '../../protocol/protocol.ts'

type Piece = Uint8Array<ArrayBuffer> | null

/** Reads a copy piece by piece, by promises. */
export class CopyReader implements CopyListener {
  /** How long the copy is, once the first piece has come. */
  total = 0
  readonly #signal: AbortSignal | undefined
  #copy: HostCopy | null = null
  #waiting: { resolve(piece: Piece): void; reject(reason: unknown): void } | null = null
  /** Why no more comes; null: it may. */
  #failure: { readonly reason: unknown } | null = null
  readonly #abort = (): void => {
    this.#copy?.cancel()
    this.#fail(this.#signal?.reason)
  }

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
    signal?.addEventListener('abort', this.#abort)
  }

  /** Begins. */
  read(connection: Pick<HostConnection, 'copy'>): void {
    this.#copy = connection.copy(this)
  }

  /** The next piece, null past the end. */
  next(): Promise<Piece> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure.reason)
      this.#waiting = { resolve, reject }
      this.#copy?.next()
    })
  }

  /** It is wanted no more. */
  end(): void {
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#copy?.cancel()
  }

  began(sizeBytes: number): void {
    this.total = sizeBytes
  }

  piece(bytes: Uint8Array<ArrayBuffer>): void {
    this.#waiting?.resolve(bytes)
  }

  ended(): void {
    this.#waiting?.resolve(null)
  }

  failed(reason: Failure): void {
    this.#fail(exceptionOf(reason))
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason }
    this.#waiting?.reject(this.#failure.reason)
  }
}
