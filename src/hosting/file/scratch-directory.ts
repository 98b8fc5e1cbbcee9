import type { Vfs } from '../../files/vfs.ts'

/** A directory that is removed when it is needed no more. */
export interface ScratchDirectory {
  readonly vfs: Vfs
  readonly path: string
  remove(): Promise<void>
}
