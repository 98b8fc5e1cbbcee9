/** What a file system says of a storage directory, as those look at it who do not own it. */

/** A file in it. */
export interface FileFacts {
  readonly name: string
  readonly sizeBytes: number
  /** When it was last written, ISO 8601. */
  readonly modified: string
  /** Its first bytes, up to 100 of them; null where it cannot be read, or is no database's. */
  readonly head: Uint8Array | null
}

/** The file system under it. */
export interface FileSystemFacts {
  /** Bytes that this user can still write there. */
  readonly freeBytes: number
  readonly totalBytes: number
  /** What it is called, such as `ext4` or `nfs`; null: not known. */
  readonly type: string | null
  /** How far it lasts and reaches; `local` for what is not known to be anything else. */
  readonly kind: 'local' | 'network' | 'memory' | 'overlay'
}

/** A directory, or what stands at its path. */
export interface DirectoryFacts {
  /** Absolute, with symbolic links resolved as far as it exists. */
  readonly path: string
  readonly state: 'directory' | 'missing' | 'not a directory'
  readonly isReadable: boolean
  readonly isWritable: boolean
  /** Plain files, those of the lock left out; none where it cannot be read. */
  readonly files: readonly FileFacts[]
  /** null: the system does not say. */
  readonly fileSystem: FileSystemFacts | null
  /**
   * What keeps others out: `kernel`, a lock that the system frees when the process dies; `claim`, a file that names the owner,
   * in runtimes without an SQLite of their own.
   */
  readonly lock: 'kernel' | 'claim'
  /** What the owner there is has; null: there is none, or it cannot be read. */
  readonly ownersLock: 'kernel' | 'claim' | null
  /** The runtime that looks, such as `Node 22.19.0`. */
  readonly runtime: string
}
