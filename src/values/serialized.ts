import type { BlobContent } from './platform-objects/foreign-blobs.ts'
import type { RootProperties } from './root-properties.ts'

/** An object of a value that its bytes alone do not give at once: a CryptoKey, or what is kept elsewhere. */
export interface ApartObject {
  readonly object: object
  /** The id under which it has to be kept; null: it is in the bytes. */
  readonly keptAs: string | null
  /** Where in the bytes an empty Uint8Array stands for its own, which come later; null when they are there. */
  readonly hole: { readonly start: number; readonly end: number } | null
}

/** A clone, as bytes in the format of format.ts. */
export interface Serialized {
  /** A view of a buffer that is used again: valid until the next serialize(). Lacks what complete() adds. */
  readonly bytes: Uint8Array
  /** Where in `bytes` the root's properties lie; valid as long as `bytes`. */
  readonly root: RootProperties
  /** The Blobs and Files of the value, in their order in it. */
  readonly blobs: readonly BlobContent[]
  /** In their order in the value. */
  readonly apart: readonly ApartObject[]
  /** Where in `bytes` the 8 bytes of the generated key's float64 (big-endian) lie; -1 if there is none. */
  readonly generatedKeyOffset: number
}
