/** The engine of a thread: one for all its directories, loaded when the first of them needs it. */
import { isA, memberOf } from '../../base/thrown.ts'
import { StorageError } from '../../errors.ts'
import { abandonEngine, type BeginEngine, type Engine, loadEngine } from '../../sqlite/engine.ts'

/**
 * Engine: the heap of WebAssembly never shrinks, so the room for the largest value ever stored would stay with the thread. An
 * engine that has grown beyond this is dropped with the last directory that uses it; a smaller one is kept for the next
 * directory, as making another takes a hundredth of a second.
 */
const keptHeapBytes = 32 * 1024 * 1024

/** Where a thread has its engine from. */
export interface EngineSource {
  /** The compiled engine. Called once; a failure is tried again at the next use. */
  loadWasm(): Promise<WebAssembly.Module>
  /** Absent where the engine's first statement is one like all. */
  readonly beginEngine?: BeginEngine
}

/** Gives the engine to the directories of a thread, and counts them. */
export class ThreadEngine {
  readonly #source: EngineSource
  /** The compiled engine from the option `wasm`. */
  #given: Promise<WebAssembly.Module> | null = null
  #loading: Promise<Engine> | null = null
  #engine: Engine | null = null
  #userCount = 0

  constructor(source: EngineSource) {
    this.#source = source
  }

  /** Takes the compiled engine that a factory was given; null: it was given none. */
  offer(wasm: Promise<WebAssembly.Module> | null): void {
    this.#given = wasm ?? this.#given
  }

  /** The engine, until `release()`. When it cannot be loaded, the next call tries again. */
  async acquire(): Promise<Engine> {
    this.#userCount++
    try {
      this.#engine = await this.#load()
      return this.#engine
    } catch (error) {
      this.#userCount--
      throw error
    }
  }

  async #load(): Promise<Engine> {
    const { beginEngine } = this.#source
    this.#loading ??= loadEngine(() => this.#given ?? this.#source.loadWasm(), beginEngine)
    const loading = this.#loading
    try {
      return await loading
    } catch (error) {
      if (this.#loading === loading) this.#loading = null
      throw engineError(error)
    }
  }

  /** Loads it ahead of `acquire()`. When it cannot be loaded, the next call tries again. */
  async prepare(): Promise<void> {
    await this.#load()
  }

  /** To be called once for each engine that was given, when its databases are closed. */
  release(): void {
    if (--this.#userCount > 0 || !this.#engine) return
    if (this.#engine.module.memory.buffer.byteLength <= keptHeapBytes) return
    abandonEngine(this.#engine)
    this.#engine = null
    this.#loading = null
  }
}

/** The error for an engine that could not be loaded. */
function engineError(cause: unknown): StorageError {
  if (isA(cause, StorageError)) return cause
  // By its name: the engine may have been compiled in another realm.
  if (memberOf(cause, 'name') === 'RangeError') {
    const message = 'This thread has no memory left for the engine'
    return new StorageError('io', message, { code: 'ERR_IDB_OUT_OF_MEMORY', cause })
  }
  const message = 'The engine, wa-sqlite.wasm, could not be loaded'
  return new StorageError('io', message, { code: 'ERR_IDB_ENGINE', cause })
}
