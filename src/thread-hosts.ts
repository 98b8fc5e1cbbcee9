/** Hosting in this thread, on one engine. */
import type { Host } from './host/protocol.ts'
import type { Settings } from './options.ts'
import type { Platform } from './platform.ts'
import { sharedHost } from './shared-hosts.ts'
import { ThreadEngine } from './thread-engine.ts'

/** Gives the host of the directory in the settings it is called with. */
export function threadHosts(platform: Platform): (settings: Settings) => Host {
  const engine = new ThreadEngine(() => platform.loadWasm())
  return (settings) => sharedHost(settings, platform, engine)
}
