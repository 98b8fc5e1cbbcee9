/** Hosting in this thread, on one engine. */
import type { Host } from './host/protocol.ts'
import type { Settings } from './options.ts'
import type { Platform } from './platform.ts'
import { sharedHost } from './shared-hosts.ts'
import { type Engine, loadEngine } from './sqlite/engine.ts'

/** Gives the host of the directory in the settings it is called with. */
export function threadHosts(platform: Platform): (settings: Settings) => Host {
  const getEngine = oncePerThread(platform)
  return (settings) => sharedHost(settings, platform, getEngine)
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
