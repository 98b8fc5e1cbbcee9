/**
 * Ends statements that would run forever. In a crafted file a page can be the child of many, and these likewise: a walk
 * of a few levels then meets its rows more often than anybody can wait for, and to SQLite each of its steps looks sound.
 */
import { outOfMemory } from './out-of-memory.ts'
import type { ProgressFunction } from './instantiate.ts'
import type { WaSqlite } from './wa-sqlite.ts'

/** Of SQLite's virtual machine: some milliseconds. */
const stepsPerCall = 100_000

/** A look at the size of the file is not worth it before. */
const fewestSteps = 1_000_000

/**
 * The smallest row takes about 14 bytes, and what a statement of ours does with it a few dozen steps at most, SQLite's
 * own checks included.
 */
const stepsPerByte = 8

/** What is watched. */
export interface Watched {
  /** How often the watch has looked since the statement that runs was last called; the connection sets it to 0. */
  looks: number
  /** Whether that statement is ended at the first look. */
  readonly isBrief: boolean
  /** No less than the rows of the database take. */
  heldBytes(): number
}

/** The watch of one engine. */
export class StepWatch {
  readonly #watched = new Map<number, Watched>()

  /** What the engine calls: not 0 ends the statement with SQLITE_INTERRUPT. */
  readonly call: ProgressFunction = (key) => {
    const watched = this.#watched.get(key)
    if (!watched) return 0
    if (watched.isBrief) return 1
    const steps = ++watched.looks * stepsPerCall
    return steps > fewestSteps && steps > mostSteps(watched) ? 1 : 0
  }

  /** Watches a connection's statements. @returns a function that ends it */
  watch(module: WaSqlite, handle: number, watched: Watched): () => void {
    const key = module._sqlite3_malloc(4)
    if (key === 0) throw outOfMemory('The engine has no memory for a connection')
    module.heapView.setInt32(key, 0, true)
    this.#watched.set(key, watched)
    module._libprogress_progress_handler(handle, stepsPerCall, 1, key)
    return () => {
      this.#watched.delete(key)
      module._sqlite3_free(key)
    }
  }
}

function mostSteps(watched: Watched): number {
  try {
    return stepsPerByte * watched.heldBytes()
  } catch {
    // Nothing may be thrown through the engine; a file that cannot be asked cannot be read either, and that is reported.
    return Infinity
  }
}
