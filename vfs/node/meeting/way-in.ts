import type { WayIn } from '../../../src/files/vfs.ts'

/** How to meet an owner, as its claim says it to those who may read the directory. */
export interface WrittenWayIn extends WayIn {
  readonly secret: string
  /** The path of its socket; null: it is the claim's own socket, in the directory. */
  readonly socket: string | null
}

/** Why an owner cannot be met, in words that can follow "because". */
export interface NoWayIn {
  readonly reason: string
}

/** The way in, as the claim of an owner that does not share has it. */
export const keptToItself: NoWayIn = {
  reason: "it was opened with ifLocked: 'throw' or 'wait', or by a VFS that wraps this one",
}

/** What a claim without a word about the way in means. */
const unknownToOwner: NoWayIn = {
  reason: 'it runs a release of this package that cannot share; update that one',
}

/** What a claim says in words of a later release. */
const unknownHere: NoWayIn = {
  reason: 'its owner.json says so in a form that this release of the package does not know',
}

/** The way in as found in a claim: anything at all. */
export function wayInOf(found: unknown): WrittenWayIn | NoWayIn {
  if (found === undefined) return unknownToOwner
  if (typeof found !== 'object' || found === null) return unknownHere
  if (isWayIn(found)) return found
  const { reason } = found as { readonly reason?: unknown }
  return typeof reason === 'string' ? { reason: printable(reason) } : unknownHere
}

/** Whether a claim names a way in. */
export function isOpen(wayIn: WrittenWayIn | NoWayIn): wayIn is WrittenWayIn {
  return 'secret' in wayIn
}

/** No path of a socket is longer, whatever the system. */
const longestPath = 256

function isWayIn(found: object): found is WrittenWayIn {
  const { protocol, version, secret, socket } = found as {
    readonly [Member in keyof WrittenWayIn]?: unknown
  }
  return (
    isRange(protocol) &&
    typeof version === 'string' &&
    /^[\w.+-]{1,64}$/.test(version) &&
    typeof secret === 'string' &&
    /^[\w-]{16,128}$/.test(secret) &&
    (socket === null || (typeof socket === 'string' && socket.length <= longestPath))
  )
}

function isRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [first, last] = value as readonly unknown[]
  return isNumber(first) && isNumber(last) && first <= last
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0
}

/** What may stand in a message. */
function printable(text: string): string {
  return text.slice(0, 500).replaceAll(/\p{Cc}/gu, ' ')
}
