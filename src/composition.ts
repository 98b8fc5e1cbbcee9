/** Puts the rooms together for a platform. */
import { IDBFactory, factoryHandle, factoryOf } from './api/IDBFactory.ts'
import { IDBVersionChangeEvent } from './api/IDBVersionChangeEvent.ts'
import type { Factory } from './core/factory.ts'
import type { IndexedDBOptions, InstallOptions } from './indexeddb-options.ts'
import type { ClosableIDBFactory } from './interfaces.ts'
import { installGlobals, splitOptions } from './install.ts'
import { completeOptions } from './options.ts'
import type { Platform } from './platform.ts'
import { sharedHost } from './shared-hosts.ts'
import { type Engine, loadEngine } from './sqlite/engine.ts'
import { memory } from '../vfs/memory.ts'

/** The public functions of an entry point. */
export interface Composition {
  createIndexedDB: (options?: IndexedDBOptions) => ClosableIDBFactory
  install: (options?: InstallOptions) => globalThis.IDBFactory
}

/** The public functions on that platform. */
export function compose(platform: Platform): Composition {
  const getEngine = oncePerThread(platform)
  const createIndexedDB = (options: IndexedDBOptions = {}): ClosableIDBFactory => {
    const settings = completeOptions(options, platform)
    const factory: Factory = {
      host: sharedHost(settings, platform, getEngine),
      versionChangeEvent: (type, versions) => new IDBVersionChangeEvent(type, versions),
    }
    return closable(factoryHandle(factory))
  }
  const install = (options: InstallOptions = {}): globalThis.IDBFactory => {
    const { target, force, rest } = splitOptions(options)
    return installGlobals({ target, force }, () => createIndexedDB(withEnvironment(rest, platform)))
  }
  return { createIndexedDB, install }
}

/**
 * Closes every connection of the factory's directory as `close()` does, waits for its transactions, fails opens not yet
 * started with AbortError, and gives up the directory. Later opens start anew.
 */
export async function close(factory: globalThis.IDBFactory): Promise<void> {
  await factoryOf(factory).host.close()
}

function closable(factory: IDBFactory): ClosableIDBFactory {
  const dispose = (): Promise<void> => factoryOf(factory).host.close()
  Object.defineProperty(factory, Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose'), {
    value: dispose,
    configurable: true,
  })
  // The classes have the platform's members; their own types say `any` where the DOM's name the DOM's classes.
  return factory as unknown as ClosableIDBFactory
}

/** The environment may choose the back end of an installed factory. */
function withEnvironment(options: IndexedDBOptions, platform: Platform): IndexedDBOptions {
  const { environment } = platform
  const name = environment('IDB_BACKEND') ? 'IDB_BACKEND' : 'SPACEKIT_IDB_BACKEND'
  const backend = environment(name)
  if (!backend || options.vfs) return options
  if (backend === 'memory') return { ...options, vfs: memory() }
  if (backend === 'sqlite' || backend === 'wal') return options
  throw new TypeError(`Expected ${name} to be "sqlite" or "memory", got ${JSON.stringify(backend)}`)
}

/** One engine serves all factories; a failed load is tried again at the next use. */
function oncePerThread(platform: Platform): () => Promise<Engine> {
  let engine: Promise<Engine> | null = null
  return () => {
    engine ??= loadEngine(() => platform.loadWasm()).catch((error: unknown) => {
      engine = null
      throw error
    })
    return engine
  }
}
