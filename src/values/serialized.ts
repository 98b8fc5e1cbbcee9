/** A clone, as bytes in the format of format.ts. */
export interface Serialized {
  /** A view of a buffer that is used again: valid until the next serialize(). Lacks the bytes of `blobs`. */
  readonly bytes: Uint8Array
  /** Whether a getter or another function of script ran: the clone can differ from the original then. */
  readonly ranScript: boolean
  /** The Blobs and Files of the value, in their order in it. readBlobs() adds their bytes. */
  readonly blobs: readonly Blob[]
  /** Where in `bytes` the 8 bytes of the generated key's float64 (big-endian) lie; -1 if there is none. */
  readonly generatedKeyOffset: number
}
