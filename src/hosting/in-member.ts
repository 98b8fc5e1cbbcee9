/** Hosts of directories that this thread shares with others: see `membership/`. */
import { randomBytes } from '../base/random-bytes.ts'
import { exceptionOf, type Failure } from '../errors.ts'
import { Member } from '../membership/member.ts'
import type { Settings } from '../options/options.ts'
import { peerHosting } from './peer-hosting.ts'
import type { Platform, Threads } from './platform.ts'
import type { Sharing } from './sharing.ts'

/** How hosts of shared directories are made. `alone`: of those whose owner cannot be met. */
export function memberHosts(platform: Platform, threads: Threads, alone: Sharing): Sharing {
  return {
    make(settings) {
      const peer = platform.peerOf(settings, peerHosting(settings, platform, threads))
      if (!peer) return alone.make(settings)
      const { durability, path } = settings
      const host = new Member({
        peer,
        client: newClientId(peer.process ?? ''),
        durability,
        place: { path },
        report: reporter(settings),
      })
      return { host, giveBack: () => {} }
    },
  }
}

function reporter({ onWarning }: Settings): (failure: Failure) => void {
  return (failure) => onWarning(exceptionOf(failure))
}

/** 16 characters, of which those that follow `process` hold six random bits each. */
function newClientId(process: string): string {
  const bytes = randomBytes(16 - process.length)
  return process + Array.from(bytes, (byte) => alphabet[byte & 63]).join('')
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
