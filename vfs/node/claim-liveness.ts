import fs from 'node:fs'
import type { Claim, FoundClaim } from './claim-file.ts'
import { hasEnded } from './meeting/ends.ts'
import { socketLiveness } from './owner-socket.ts'
import {
  hasOwnProc,
  isSameBoot,
  isSameProcess,
  processLiveness,
  thisProcess,
} from './process-identity.ts'
import type { Liveness, ProcessIdentity } from './process-identity.ts'

/** How long a claim may be unreadable because it is still being written. */
const writingMs = 2000

/**
 * Whether the owner whom a claim in the directory at `path` names is alive. Each witness is asked for what it knows:
 *
 * - The pid and start time of a process, where both processes see each other; it lives as long as its process does.
 * - The socket, where one lies in the directory and both run on the same kernel: across containers, and of a thread.
 * - The descriptor that a thread holds, which its end closes.
 * - The kernel's list of the sockets of a process, where its threads leave descriptors open: the end of one closes its socket.
 * - The mark of one that has ended by itself.
 *
 * What none of them knows is `unknown`: another machine, a container that could make no socket, and another user's that
 * keeps its claim to itself.
 */
export async function claimLiveness(
  path: string,
  { claim, isPrivate, ageMs }: FoundClaim,
): Promise<Liveness> {
  if (isPrivate) return 'unknown'
  // A file of the future is not just being written: the clock has been put back.
  if (claim === null) return Math.abs(ageMs) < writingMs ? 'alive' : 'dead'
  const self = thisProcess()
  const isOwn = isSameProcess(claim, self)
  const process = isOwn ? 'alive' : processLiveness(claim)
  if (process === 'dead') return 'dead'
  if (process === 'alive' && !isOwn && claim.thread === 0) return 'alive'
  const socket = await answerOf(path, claim, self)
  if (socket !== 'unknown') return socket
  if (process === 'alive') return threadLiveness(claim, { isOwn })
  return hasEnded(path, claim.id) ? 'dead' : 'unknown'
}

async function answerOf(path: string, claim: Claim, self: ProcessIdentity): Promise<Liveness> {
  // Of a socket that was made on another machine this one's kernel knows nothing.
  if (claim.socket === null || !isSameBoot(claim, self)) return 'unknown'
  return socketLiveness(path, claim.socket)
}

/** Whether the thread lives, given that its process does. */
function threadLiveness(claim: Claim, { isOwn }: { isOwn: boolean }): Liveness {
  const { descriptor, pid, thread } = claim
  if (descriptor === null) return thread === 0 ? 'alive' : listenerLiveness(claim)
  try {
    const options = { bigint: true } as const
    const stat = isOwn
      ? fs.fstatSync(descriptor.number, options)
      : fs.statSync(`/proc/${pid}/fd/${descriptor.number}`, options)
    return String(stat.ino) === descriptor.inode ? 'alive' : 'dead'
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EBADF' || (code === 'ENOENT' && fs.existsSync(`/proc/${pid}/fd`))) return 'dead'
    // Another user's process, or no Linux: it does not tell, and its process lives.
    return 'alive'
  }
}

/** Dead when the thread's socket does not listen any more. That its name is gone proves nothing: other programs remove such files. */
function listenerLiveness({ socket, pid }: Claim): Liveness {
  if (socket === null || !hasOwnProc()) return 'unknown'
  try {
    // It lists what the process can see, whatever its network; the path stays there as it was when the socket was made.
    const isListed = fs.readFileSync(`/proc/${pid}/net/unix`, 'latin1').includes(socket)
    // One that listens may do so in another directory, of which this is a copy.
    return isListed ? 'unknown' : 'dead'
  } catch {
    // No Linux, or a permission of Deno's is missing.
    return 'unknown'
  }
}
