/** Who keeps a request waiting, as it crosses a port, where each end has other words for the same threads. */
import { blockerHolders } from '../../base/error-cause.ts'
import { type Blocker, here, type Holder, mostListed } from '../../protocol/blockers.ts'
import { demand, integerOf, listOf, membersOf, stringOf } from '../malformed.ts'

/** What the ends of a port are called. */
export interface PortEnds {
  /** The client, to all others. */
  readonly client: Holder
  /** The thread that serves, to the client. */
  readonly server: Holder
}

/** What the ends of a port have to each other that was opened by hand. The ports of a thread are told from each other by a number. */
export function endsOfPort(): PortEnds {
  const port = { ...here, holder: 'port' } as const
  return { client: { ...port, id: String(++portCount) }, server: port }
}

let portCount = 0

/** The same, said to the client. `ends` null: it is one with the thread that serves. */
export function toldTo(ends: PortEnds | null, blockers: readonly Blocker[]): readonly Blocker[] {
  return ends ? blockers.map((it) => ({ ...it, ...seenFrom(ends, it) })) : blockers
}

function seenFrom({ client, server }: PortEnds, { holder, id, pid, thread }: Holder): Holder {
  if (holder === 'here') return server
  const isClient = holder === client.holder && id === client.id
  return isClient ? here : { holder, id, pid, thread }
}

/** What came over a port. undefined: an earlier release does not say. @throws Malformed */
export function blockersOf(value: unknown): readonly Blocker[] | undefined {
  if (value === undefined) return undefined
  const blockers = listOf(value, blockerOf)
  demand(blockers.length <= mostListed + 1, 'has too long a list')
  return blockers
}

function blockerOf(value: unknown): Blocker {
  const { holder, id, pid, thread, application, address, connections, opened } = membersOf(value)
  const known = blockerHolders.find((it) => it === holder)
  demand(known !== undefined, 'has an unknown holder of connections')
  const places = listOf(opened, placeOf)
  demand(places.length <= mostListed, 'has too long a list')
  return {
    holder: known,
    id: id === null ? null : shortText(id, longestId),
    pid: pid === null ? null : integerOf(pid, 0),
    thread: thread === null ? null : integerOf(thread, 0),
    ...(application !== undefined && {
      application: application === null ? null : shortText(application, longestId),
      address: address === null ? null : shortText(address, longestId),
    }),
    connections: integerOf(connections, 1),
    opened: places,
  }
}

const longestId = 64
/** As `Place.text` of this release is bounded. */
const longestPlace = 500

/** A place in a program. It goes into messages for people. @throws Malformed */
export function placeOf(value: unknown): string {
  return shortText(value, longestPlace)
}

/** Letters that a terminal would take for commands are not among those that this package sends. */
function shortText(value: unknown, longest: number): string {
  const text = stringOf(value)
  demand(text.length <= longest, 'has too long a string')
  // One by one: a pattern would be looked up on what script may have replaced.
  for (let at = 0; at < text.length; at++)
    demand(isPrinted(text.charCodeAt(at)), 'has a letter that is not printed')
  return text
}

function isPrinted(unit: number): boolean {
  return unit >= 0x20 && (unit < 0x7f || unit > 0x9f)
}
