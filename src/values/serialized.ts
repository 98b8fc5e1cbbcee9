import type { RootProperties } from './root-properties.ts'

/** A clone, as bytes in the format of format.ts. */
export interface Serialized {
  /** A view of a buffer that is used again: valid until the next serialize(). Lacks the bytes of `blobs`. */
  readonly bytes: Uint8Array
  /** Where in `bytes` the root's properties lie; valid as long as `bytes`. */
  readonly root: RootProperties
  /** The Blobs and Files of the value, in their order in it. readBlobs() adds their bytes. */
  readonly blobs: readonly Blob[]
  /** Where in `bytes` the 8 bytes of the generated key's float64 (big-endian) lie; -1 if there is none. */
  readonly generatedKeyOffset: number
}
