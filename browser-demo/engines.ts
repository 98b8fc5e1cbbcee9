/** The implementations that stand side by side: the browser's own, and this package's on two file systems. */
import { close, createIndexedDB } from 'idb-everywhere'
import { memory } from 'idb-everywhere/vfs/memory'
import { opfs } from 'idb-everywhere/vfs/opfs'

export type EngineId = 'native' | 'memory' | 'opfs'

/** An implementation of IndexedDB. */
export interface Engine {
  readonly id: EngineId
  readonly title: string
  /** Where its data lies, and where its code runs. */
  readonly place: string
  /** @throws Error when this browser, or this kind of page, has none */
  readonly indexedDB: () => IDBFactory
}

/** The directory of this page's databases in the origin private file system. */
export const opfsDirectory = 'browser-demo'

/** Names of this page's databases begin so: there may be others of the same origin. */
export const namePrefix = 'demo-'

let inMemory: IDBFactory | null = null
let inOpfs: IDBFactory | null = null

/** The browser's own comes first: the others are compared to it. */
export const engines: readonly Engine[] = [
  {
    id: 'native',
    title: 'Native',
    place: 'Your browser’s own, in another process',
    indexedDB: () => {
      if (globalThis.indexedDB) return globalThis.indexedDB
      throw new Error('This browser has no IndexedDB of its own here')
    },
  },
  {
    id: 'memory',
    title: 'Memory',
    place: 'SQLite in this page, gone when you leave it',
    indexedDB: () => (inMemory ??= createIndexedDB({ vfs: memory() })),
  },
  {
    id: 'opfs',
    title: 'OPFS',
    place: 'SQLite in a worker, in files of the origin',
    indexedDB: () =>
      (inOpfs ??= createIndexedDB({
        vfs: opfs(),
        path: opfsDirectory,
      })),
  },
]

/** The engine of that id. */
export function engineOf(id: EngineId): Engine {
  const engine = engines.find((it) => it.id === id)
  if (!engine) throw new Error(`unreachable: there is no engine "${id}"`)
  return engine
}

/** Makes an engine ready and gives the time that took. @throws Error saying why it cannot be used */
export async function startEngine({ indexedDB }: Engine): Promise<number> {
  const startMs = performance.now()
  await indexedDB().databases()
  return performance.now() - startMs
}

/** Closes the OPFS engine's connections and files; its next use opens them again. */
export async function releaseOpfs(): Promise<void> {
  if (inOpfs) await close(inOpfs)
}
