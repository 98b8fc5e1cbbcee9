/**
 * The VFS contract: what a file system must offer so that an engine can keep databases on it. It has two parts. A
 * directory is asynchronous and used rarely (open, list, delete); a file is synchronous and used for every page, because
 * an engine in WebAssembly cannot wait.
 *
 * Errors: every method throws (or rejects with) a `VfsError`, or any error with a string `code` such as Node's; the
 * binding turns it into SQLite's result code. A capability is a readonly property, never found out by calling.
 */

/**
 * Why a file operation failed. `code` is `ENOSPC` where the disk or a quota is full, `ESTALE` where what is open is no longer
 * what its name stands for; else free text such as `EIO`.
 */
export class VfsError extends Error {
  override readonly name = 'VfsError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A VFS module: what `nodeFs()`, `opfs()` or `memory()` returns and `createIndexedDB({ vfs })` takes. */
export interface Vfs {
  /** Names the module in error messages: `node`, `opfs`, `memory`. */
  readonly name: string
  /** Whether files outlive the process. False lets the engine leave out what only serves durability. */
  readonly isPersistent: boolean
  /**
   * The directory at `path` (a VFS may ignore it), without touching it yet: it is made by the first `lock()`. Two
   * directories with the same `identity` are the same place.
   */
  directory(path: string): VfsDirectory
}

/** What an owner says of itself when it takes a directory, and what others read when they find it taken. */
export interface Owner {
  readonly pid: number
  /** Which thread of the process; 0 is the main one. */
  readonly thread: number
  readonly host: string
  /** When the owner took the directory, ISO 8601. */
  readonly since: string
}

/** A directory has another owner. */
export class DirectoryLockedError extends VfsError {
  /** null when the owner left nothing readable about itself. */
  readonly owner: Owner | null

  constructor(message: string, owner: Owner | null) {
    super('ELOCKED', message)
    this.owner = owner
  }
}

/** Bytes in order, both ways, between two processes or threads. It does not keep the process alive, unless `ref()` says so. */
export interface ByteStream {
  /** The bytes are not copied and must not be changed afterwards. A closed stream drops them. */
  write(bytes: Uint8Array): void
  /** How many of the written bytes have not been taken by the system yet. */
  readonly unsentBytes: number
  /** Calls `listener` with all that comes, from now on and in order; what came before was kept. The bytes are valid until it returns. */
  onData(listener: (bytes: Uint8Array) => void): void
  /** Calls `listener` each time that bytes had to wait and all have been taken. */
  onDrain(listener: () => void): void
  /** Calls `listener` once: nothing more comes, as one of the two ends has closed it or has died. */
  onClose(listener: () => void): void
  /** Nothing is read until `resume()`: the other end's bytes wait there. */
  pause(): void
  resume(): void
  /** What was written is still sent. */
  close(): void
  ref(): void
  unref(): void
}

/** What an owner that shares says of itself before anything is asked. */
export interface WayIn {
  /** The first and the last version of the protocol it speaks. */
  readonly protocol: readonly [first: number, last: number]
  /** Of its package. */
  readonly version: string
}

/** An owner that shares, and the connection to it. */
export interface MetOwner {
  readonly type: 'met'
  readonly owner: Owner & WayIn
  readonly stream: ByteStream
  /** Proves to the owner that this process may read the directory. */
  readonly secret: string
  /** Whether it is known that the owner's whole process has ended, and not its thread alone. */
  hasProcessEnded(): boolean
}

/** There is no owner any more, or it has not said yet how to be met. */
export interface NoOwner {
  readonly type: 'gone'
}

/** An owner that cannot be met. `reason`: why, in words that can follow "because". */
export interface UnmetOwner {
  readonly type: 'unmet'
  /** null when the owner left nothing readable about itself. */
  readonly owner: Owner | null
  readonly reason: string
}

/** Where threads and processes that find a directory owned meet its owner. */
export interface MeetingPlace {
  /** The same for all threads of this process, and another one for each other process that may come here: 6 letters, digits, `-` and `_`. */
  readonly process: string
  /**
   * To be called before each `lock()`: each who comes is given to `connected`, from the moment the directory is taken
   * until it is closed. Where no one can come the directory is taken all the same, and others are told why.
   */
  open(wayIn: WayIn, connected: (stream: ByteStream) => void): OpenMeeting
  /** What can be seen from outside, which may have changed by the time it is used. */
  look(): Traces
  /** Connects to the owner that the directory has. */
  connect(): Promise<MetOwner | NoOwner | UnmetOwner>
}

/**
 * Of an owner: `none`; those of one that may live, `owner`; those of one that has died or left while others were there, who may be about to
 * take the directory, `deserted`.
 */
export type Traces = 'none' | 'owner' | 'deserted'

/** An owner's end of its meeting place. */
export interface OpenMeeting {
  /** What those who may read the directory know, and must show. */
  readonly secret: string
  /**
   * From now on those who come are sent away, and a later `lock()` offers no way in. `guests`: the ids of those who were there, for
   * the next owner's `survivors`.
   */
  close(guests?: readonly string[]): void
}

/**
 * Who may be on the way from the last owner of a directory with what was under way there: their ids; `'unknown'`: it died while others
 * were, or had been, connected to it; null: no one.
 */
export type Survivors = readonly string[] | 'unknown' | null

/**
 * A storage directory. File names are flat: letters, digits, `.`, `-` and `_`, at most 100 characters, and neither `.` nor `..`.
 * Any other name is refused with an error that has a `code`.
 */
export interface VfsDirectory {
  /** The same string for the same place, however it was named; known before `lock()`. */
  readonly identity: string
  /**
   * Makes the directory if it is missing and takes sole ownership until `close()` or the end of the process.
   * `waitMs`: how long to wait for another owner to go; 0 fails at once, Infinity waits without limit.
   * Rejects with `DirectoryLockedError` when there is another owner.
   */
  lock(waitMs: number): Promise<void>
  /** The names of all files in it, in no order; the VFS's own files (its lock) left out. */
  list(): Promise<string[]>
  /** Makes these files ready for `open()`. Where synchronous opening is always possible it does nothing. */
  prepare(names: readonly string[]): Promise<void>
  /** Opens a file; null when it is missing and `create` is false. One file is opened at most once at a time. */
  open(name: string, options: { readonly create: boolean }): VfsFile | null
  /** Gives a closed file another name; an existing file of that name is replaced. */
  rename(from: string, to: string): Promise<void>
  /** Deletes a closed file, durably where the platform can; a missing one is no error. */
  remove(name: string): Promise<void>
  /**
   * Throws `ESTALE`, saying what has happened and what to do, once the directory is not the one that `lock()` has taken any
   * more, or is no longer owned. It is called for every commit that must last, and now and then. Absent: no other program can
   * move, delete or take the directory.
   */
  readonly verify?: () => void
  /** The same where only a promise can tell; once it has rejected, `verify()` throws. Absent: `verify()` can. */
  readonly verifyLater?: () => Promise<void>
  /**
   * Makes an empty directory in place of one that `verify()` says is gone; all files must be closed. Absent: the ownership is
   * gone, too, and only `close()` and `lock()` start over.
   */
  readonly renew?: () => Promise<void>
  /** Absent: others cannot be met here, so an owner shares with no one. */
  readonly meeting?: MeetingPlace
  /** From whom `lock()` has taken the directory, see there. Absent: it is not known, and the owner waits for those alone that it knows. */
  readonly survivors?: Survivors
  /** Gives up the ownership; does nothing where this object has none, even if another has it. All files must be closed. */
  close(): Promise<void>
}

/** An open file. Offsets and sizes are in bytes, below 2^53. */
export interface VfsFile {
  /** Fills `into` from `offset`; returns how many bytes there were, fewer only at the end of the file. */
  read(into: Uint8Array, offset: number): number
  /**
   * Writes all of `bytes` at `offset` or throws; a gap before it reads as zeros. `bytes` are not kept. Writing no bytes changes
   * nothing, beyond the end of the file either.
   */
  write(bytes: Uint8Array, offset: number): void
  truncate(size: number): void
  size(): number
  /** Returns when what was written has reached the disk. `dataOnly`: the file's metadata may lag (fdatasync). */
  sync(dataOnly: boolean): void
  /** Like `sync(true)` without blocking the thread; covers what was written before the call. Absent: not possible. */
  readonly syncLater?: () => Promise<void>
  /**
   * Whether the file is still reachable by its name; false once another program has deleted or replaced it. Absent:
   * no other program can.
   */
  readonly isLinked?: () => boolean
  close(): void
}
