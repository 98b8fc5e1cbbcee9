import type { Socket } from 'node:net'
import { join } from 'node:path'
import { randomBytes } from '../../../src/base/random-bytes.ts'
import { VfsError } from '../../../src/files/vfs.ts'
import type {
  MeetingPlace,
  MetOwner,
  NoOwner,
  Owner,
  Traces,
  UnmetOwner,
} from '../../../src/files/vfs.ts'
import { readClaim } from '../claim-file.ts'
import type { Claim } from '../claim-file.ts'
import { connectAt, connectIn, isOwnFailure } from '../owner-socket.ts'
import { isSameProcess, processLiveness, thisProcess } from '../process-identity.ts'
import { digestOf } from './digest.ts'
import { isTrusted } from './elsewhere.ts'
import type { Offer } from './entrance.ts'
import { announceGuests, mayHaveSurvivors } from './guests.ts'
import { streamOf } from './socket-stream.ts'
import { isOpen, wayInOf } from './way-in.ts'
import type { WrittenWayIn } from './way-in.ts'

/** The meeting place of a directory, and what its next owner in this thread offers. */
export interface NodeMeetingPlace extends MeetingPlace {
  /** null: the directory is taken for this thread alone. */
  readonly offer: Offer | null
}

/** Where the owner of the directory at `path` is met: at a socket that its claim names. */
export function meetingPlaceOf(path: string): NodeMeetingPlace {
  let offer: Offer | null = null
  return {
    process: processName(),
    get offer() {
      return offer
    },
    open(wayIn, connected) {
      let isClosed = false
      const secret = Buffer.from(randomBytes(24)).toString('base64url')
      const own: Offer = {
        wayIn,
        secret,
        connected: (stream) => (isClosed ? stream.close() : connected(stream)),
      }
      offer = own
      return {
        secret,
        close(guests = []) {
          isClosed = true
          if (guests.length > 0) announceGuests(path, guests)
          if (offer === own) offer = null
        },
      }
    },
    look: () => tracesIn(path),
    connect: () => connectToOwner(path),
  }
}

function claimIn(path: string): string {
  return join(path, 'owner.json')
}

function tracesIn(path: string): Traces {
  try {
    const claim = readClaim(claimIn(path))?.claim ?? null
    const hasOwner = claim !== null && !hasEnded(claim)
    if (!hasOwner && mayHaveSurvivors(path, claim?.id ?? null)) return 'deserted'
    return claim ? 'owner' : 'none'
  } catch {
    // What keeps this process from looking is told by `lock()`.
    return 'none'
  }
}

let name: string | null = null

function processName(): string {
  if (name !== null) return name
  const { thread: _thread, ...process } = thisProcess()
  name = digestOf(JSON.stringify(process)).toString('base64url').slice(0, 6)
  return name
}

function hasEnded(claim: Claim): boolean {
  return !isSameProcess(claim, thisProcess()) && processLiveness(claim) === 'dead'
}

async function connectToOwner(path: string): Promise<MetOwner | NoOwner | UnmetOwner> {
  const found = readClaim(claimIn(path))
  if (found?.isPrivate) {
    return { type: 'unmet', owner: null, reason: 'it is another user’s, and shares with no other' }
  }
  if (!found?.claim) return { type: 'gone' }
  const { claim } = found
  const owner = ownerIn(claim)
  const wayIn = wayInOf(claim.wayIn)
  if (!isOpen(wayIn)) return { type: 'unmet', owner, reason: wayIn.reason }
  try {
    const socket = await socketOf(path, claim, wayIn)
    if (socket === null) return { type: 'unmet', owner, reason: unreachable }
    const { protocol, version, secret } = wayIn
    const stream = streamOf(socket)
    const hasProcessEnded = (): boolean => hasEnded(claim)
    return { type: 'met', owner: { ...owner, protocol, version }, stream, secret, hasProcessEnded }
  } catch (error) {
    return failed(owner, error)
  }
}

const unreachable = 'its socket cannot be reached from here'

/** null where no path leads there, or none that can be trusted. */
async function socketOf(path: string, claim: Claim, wayIn: WrittenWayIn): Promise<Socket | null> {
  if (wayIn.socket !== null) return isTrusted(wayIn.socket) ? connectAt(wayIn.socket) : null
  return claim.socket === null ? null : connectIn(path, claim.socket)
}

function ownerIn({ pid, thread, host, since }: Claim): Owner {
  return { pid, thread, host, since }
}

/**
 * Nothing at the socket's name, or nothing behind it: the owner is gone. ENOTSOCK and EPROTOTYPE: something else lies there by now.
 */
const ended: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'EAGAIN', 'ECONNRESET'])

function failed(owner: Owner, error: unknown): NoOwner | UnmetOwner {
  // Whatever is thrown in here is an Error; those of Deno for a missing permission carry no code.
  const { code = '', message } = error as NodeJS.ErrnoException
  if (ended.has(code)) return { type: 'gone' }
  if (isOwnFailure(code))
    throw new VfsError(code, `Its owner cannot be met: ${message}`, { cause: error })
  return { type: 'unmet', owner, reason: `this process cannot connect to its socket: ${message}` }
}
