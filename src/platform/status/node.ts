/** Asks for the status of a directory of files: `#status` of Node, Bun and Deno. */
import { resolve } from 'node:path'
import { meetingPlaceOf } from '../../../vfs/node/meeting/meeting-place.ts'
import { queueIdleTimer } from '../../event-loop/turn.ts'
import { thisRelease } from '../../hosting/this-release.ts'
import {
  askerHello,
  type DirectoryStatus,
  sharedStatus,
} from '../../membership/directory-status.ts'
import { askOwner } from '../../membership/greeting.ts'
import { defaultPath } from '../../options/default-path.ts'
import { SocketPort } from '../../port/stream/socket-port.ts'
import { environment } from '../environment.ts'

/** `silenceMs`: how long the owner may take to answer. */
export async function statusOf(
  path: string | undefined,
  silenceMs: number,
): Promise<DirectoryStatus> {
  const met = await meetingPlaceOf(resolve(path ?? defaultPath(environment))).connect()
  if (met.type === 'gone') return { state: 'free' }
  if (met.type === 'unmet') return { state: 'owned', owner: met.owner, reason: met.reason }
  const { owner, stream, secret } = met
  const silence = new AbortController()
  const stopWaiting = queueIdleTimer(() => silence.abort(), silenceMs)
  const hello = askerHello(thisRelease, secret)
  const answer = await askOwner(new SocketPort(stream), hello, silence.signal)
  stopWaiting()
  return answer === null ? { state: 'silent', owner } : sharedStatus(owner, answer)
}
