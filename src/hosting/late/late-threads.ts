/**
 * Hosting in this thread, of which a page needs nothing whose databases lie in a worker: the host and all of the engine's surroundings
 * are loaded when they are first needed.
 */
import { exceptionOf, type Failure, StorageError } from '../../errors.ts'
import type { Settings } from '../../options/options.ts'
import type { ObservableHost } from '../../protocol/protocol.ts'
import { AwaitedHost } from './awaited-host.ts'
import type { Platform, ThreadHosting, Threads } from '../platform.ts'
import type { MadeHost } from '../sharing.ts'

/** `load` gives what makes the real ones. */
export function lateThreads(load: () => Promise<Platform['threads']>): Platform['threads'] {
  return (platform) => {
    const part = new LatePart(async () => (await load())(platform))
    return {
      hosts: { make: (settings) => hostLater(part, settings) },
      hosting: (settings) => hostingLater(part, settings),
    }
  }
}

/** What is loaded once; when that fails, the next use tries again. */
class LatePart {
  readonly #load: () => Promise<Threads>
  #loading: Promise<Threads> | null = null

  constructor(load: () => Promise<Threads>) {
    this.#load = load
  }

  async get(): Promise<Threads> {
    try {
      return await (this.#loading ??= this.#load())
    } catch (cause) {
      this.#loading = null
      const message =
        'The part of this package that hosts databases in this thread could not be loaded; serve all of its files'
      throw new StorageError('io', message, { code: 'ERR_IDB_ENGINE', cause })
    }
  }
}

function hostLater(part: LatePart, settings: Settings): MadeHost {
  const leftover = { giveBack: () => {} }
  const host = new AwaitedHost({
    path: settings.path,
    async start() {
      const threads = await part.get()
      const made = threads.hosts.make(settings)
      leftover.giveBack = made.giveBack
      return made
    },
    close: ({ host: made }) => made.close(),
  })
  return { host, giveBack: giverOf(leftover) }
}

/** A function of its own, so that it does not refer to the host. */
function giverOf(leftover: { readonly giveBack: () => void }): () => void {
  return () => leftover.giveBack()
}

function hostingLater(part: LatePart, settings: Settings): ThreadHosting {
  let loaded: ThreadHosting | null = null
  const ready = async (): Promise<ThreadHosting> => {
    const threads = await part.get()
    return (loaded ??= threads.hosting(settings))
  }
  const now = (): ThreadHosting => {
    if (loaded) return loaded
    throw new Error('unreachable: a host is made before what makes it is loaded')
  }
  return {
    engine: null,
    ready: async () => void (await ready()),
    // That it cannot be had is met again when it is needed.
    prepare: () => ready().then((it) => it.prepare(), ignore),
    take: async (how) => (await ready()).take(how),
    inThread: (recovery, lost): ObservableHost => now().inThread(recovery, lost),
    serve: (host, port, told) => now().serve(host, port, told),
    report: (failure: Failure) => settings.onWarning(exceptionOf(failure)),
  }
}

function ignore(): void {}
