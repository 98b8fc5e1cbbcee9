/** How a thread takes part in the directory. */
import { close, createIndexedDB } from '../../../../src/index.ts'

/** A thread's way to the databases. */
export interface Seat {
  readonly factory: () => IDBFactory
  leave(): Promise<void>
}

/** By the package's own sharing: one factory for as long as the thread lives. */
export function shareSeat(path: string, onWarning: (warning: Error) => void): Seat {
  const indexedDB = createIndexedDB({ path, ifLocked: 'share', onWarning })
  return { factory: () => indexedDB, leave: () => close(indexedDB) }
}
