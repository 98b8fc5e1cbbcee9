import type { ValueBytes } from '../bytes/value-bytes.ts'
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
  /** Lent, unless it is large. Lacks what complete() adds. */
  readonly value: ValueBytes
  /** Where in `value` the root's properties lie; valid until the next serialize(). */
  readonly root: RootProperties
  /** The Blobs and Files of the value, in their order in it. */
  readonly blobs: readonly BlobContent[]
  /** In their order in the value. */
  readonly apart: readonly ApartObject[]
  /** Where in `value` the 8 bytes of the generated key's float64 (big-endian) lie; -1 if there is none. */
  readonly generatedKeyOffset: number
}
