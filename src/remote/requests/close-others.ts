/** Asking the connections to a database to go, in this process and in others, which an upgrade and a deletion begin with. */
import { now } from '../../event-loop/turn.ts'
import { blockersAmong } from '../../host/requests/blockers.ts'
import type { QueuedRequest } from '../../host/requests/queued-request.ts'
import type { Blocker, Holder, Holding } from '../../protocol/blockers.ts'
import { Absences } from '../session/absences.ts'
import type { OpenConnection } from '../session/open-connection.ts'
import { graceMs } from '../session/lease.ts'
import type { Lease } from '../pool.ts'
import type { HostServices } from '../services.ts'
import { numberIn } from '../wire/statement.ts'

/**
 * For how long a process is waited for that says nothing, before the request is told of it. It may be stopped, or have been killed: in the
 * specification `blocked` comes once all have been told, and with such a one the request would wait without a word.
 */
const silenceMs = 2_000

/** Who asks, and for what. The lease has the database to itself: no connection can join. */
export interface Closing {
  readonly services: HostServices
  readonly lease: Lease
  readonly db: number
  /** Those of this process. */
  readonly connections: ReadonlySet<OpenConnection>
  readonly oldVersion: number
  /** null: the database is to be deleted. */
  readonly newVersion: number | null
  readonly request: QueuedRequest
  /** Called when some have not gone once all have been told, or do not answer. `blockers` undefined: it cannot be told who is in the way. */
  readonly blocked: (blockers: readonly Blocker[] | undefined) => void
}

/**
 * Fires `versionchange` at all connections, and waits until they are closed.
 *
 * @throws AbortError when the request is cancelled meanwhile, StatementError
 */
export async function closeOthers(closing: Closing): Promise<void> {
  const { request, connections } = closing
  const ask = crypto.randomUUID()
  const absences = new Absences(graceMs)
  const blocking = new Blocking(closing)
  const { count } = await askAll(closing, ask)
  lookOnceClosed(closing)
  // In the moment in which all have been told: a listener may close its connection in the next.
  if (count === 0 && connections.size > 0) await blocking.note(0)
  const asked = now()
  for (;;) {
    // Before the look: where this process stood still, they may have answered meanwhile.
    const isLate = now() - asked >= silenceMs
    const { answers } = closing.services.session
    const { count: answered } = answers
    const others = await countOthers(closing, ask)
    if (others.count === 0 && connections.size === 0) return
    if (others.untold === 0 || isLate) await blocking.note(others.count)
    // They may be gone without a word.
    if (others.count > 0) await closing.services.session.expire(closing.db, absences)
    await request.orCancelled([answers.since(answered)])
  }
}

/** Tells the request once who keeps it waiting. */
class Blocking {
  readonly #closing: Closing
  #isTold = false

  constructor(closing: Closing) {
    this.#closing = closing
  }

  /** All have been told, or have had their time; `count`: how many connections of other processes have not gone. With none it tells at once. */
  async note(count: number): Promise<void> {
    if (this.#isTold) return
    const { services, db, connections, request, blocked } = this.#closing
    const others = count === 0 ? [] : await services.session.holdersOf(db)
    // They may have gone meanwhile.
    if (others?.length === 0 && connections.size === 0) return
    this.#isTold = true
    blocked(others ? blockersAmong([...openAmong(connections), ...others.map(heldBy)]) : undefined)
    request.block()
  }
}

/** Those that close by themselves are in no one's way. */
function openAmong(connections: Closing['connections']): OpenConnection[] {
  return [...connections].filter(({ closePending }) => !closePending)
}

/** Another process says nothing of where it has opened its connections. */
function heldBy(holder: Holder): { readonly holding: Holding } {
  return { holding: { holder, opened: null } }
}

/** Resolves once those of other processes are asked, and those of this one have been told. Gives how many others have. */
async function askAll(closing: Closing, ask: string): Promise<{ readonly count: number }> {
  const { services, db, connections, oldVersion, newVersion, request } = closing
  const { count } = await countOthers(closing, ask)
  if (count > 0) await services.session.ask(db, ask, { oldVersion, newVersion })
  await request.orCancelled(
    [...connections].map((it) => it.deliverVersionChange(oldVersion, newVersion)),
  )
  return { count }
}

/** How many connections others have, and how many of them have not been told. It also keeps the server's transaction alive. */
async function countOthers(
  { services, lease, db }: Closing,
  ask: string,
): Promise<{ count: number; untold: number }> {
  const { sql, session } = services
  const counted = [db, session.client, ask]
  const [row] = await lease.wire.ask(sql.sessions.countOthers, counted)
  if (!row) throw new Error('unreachable: a count has no row')
  return { count: numberIn(row, 0), untold: numberIn(row, 1) }
}

/** Has it looked again when all of this process have closed. Once, as what waits for a connection is kept until that closes. */
function lookOnceClosed({ services, connections }: Closing): void {
  const closed = [...connections].map((connection) => connection.closed)
  if (closed.length > 0) void Promise.all(closed).then(() => services.session.answers.heard())
}
