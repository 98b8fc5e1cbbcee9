/** A thread of Node, Bun or Deno that takes part in a directory: it locks it, or connects to the socket of its owner. */
import { isA } from '../../base/thrown.ts'
import { exceptionOf, type Failure, failure, StorageError } from '../../errors.ts'
import { now, queueIdleTimer } from '../../event-loop/turn.ts'
import type {
  MeetingPlace,
  MetOwner,
  NoOwner,
  Owner,
  Survivors,
  UnmetOwner,
} from '../../files/vfs.ts'
import type { HostPort } from '../../port/messages.ts'
import type { Served } from '../../port/server.ts'
import { SocketPort } from '../../port/stream/socket-port.ts'
import type { Host, ObservableHost } from '../../protocol/protocol.ts'
import { greetOwner } from '../greeting.ts'
import type { Serve } from '../guests.ts'
import type { ClientHello } from '../hello.ts'
import type { Found, FoundOwn, FoundOwner, Looking, Peer } from '../peer.ts'
import { Heir } from './heir.ts'
import { Roster } from '../roster.ts'
import { Reception } from './reception.ts'

/** What a peer needs of the rooms above. */
export interface NodePeerParts {
  /** The directory, as the user names it. */
  readonly path: string
  readonly place: MeetingPlace
  /** How long to wait for an owner that does not share; one that is stopped is waited for as long as that, or without limit if it is 0. */
  readonly waitMs: number
  /**
   * Takes the directory at once and loads the engine; gives who may be on the way from its last owner. `isLikely`: no other seems to
   * have the directory.
   *
   * @throws StorageError `busy` where another has it
   */
  take(how: { isLikely: boolean }): Promise<{ readonly survivors: Survivors }>
  /** Does ahead what a new owner does first, as far as it can be done once for all. Never throws. */
  getReady(): void
  /** A host on the directory, which was taken. `lost`: called when the path leads there no more. */
  makeHost(recovery: Promise<void> | null, lost: () => void): ObservableHost
  /** Frees the directory, if it is still taken once its host is closed. */
  giveUp(): Promise<void>
  /** Serves the host to a client. */
  serve(host: Host, port: HostPort, told: Parameters<Serve>[1]): Served
  report(failure: Failure): void
  /** What this thread says of itself. */
  readonly own: Omit<ClientHello, 'client' | 'secret'> & { readonly title: string }
}

/** The pause between two looks, while a directory is being taken or handed over; it grows. */
const shortestPauseMs = 4
const longestPauseMs = 64

/**
 * How long an owner that lives, by what else is known, may be out of reach: it is just coming or going. And at how many looks, as a
 * single one may take longer than that: where the lock has to be watched for a while, or the processors are busy.
 */
const graceMs = 2_000
const mostAbsences = 30

/** How often in succession an owner may hang up on this thread. With the pauses between, that takes 2 s, about. */
const mostRefusals = 40

/** How long an owner may say nothing until that is told. */
const silenceMs = 5_000

/** Those who were at an owner that has gone try one after another, so that not all meet at the lock. */
const firstRankMs = 15
const rankMs = 3
const lastRank = 15
/** One that was not there lets all of them go first: it would have to wait for them, not knowing who they are. */
const newcomerMs = 100

/** A directory that was taken. */
interface Taken {
  readonly survivors: Survivors
  readonly reception: Reception
  /** Lets no more in, and tells those who are that the owner is going. */
  readonly close: (guests: readonly string[]) => void
}

export class NodePeer implements Peer {
  readonly process: string
  readonly #parts: NodePeerParts
  /** The owner that this thread was at last; null: it was at none. */
  #former: { readonly process: string; hasEnded(): boolean } | null = null
  /** It has been the owner, or has done ahead what that does first. */
  #isReady = false

  constructor(parts: NodePeerParts) {
    this.#parts = parts
    this.process = parts.place.process
  }

  async look(looking: Looking): Promise<Found> {
    const traces = looking.returning ? 'owner' : this.#parts.place.look()
    await pause(traces === 'deserted' ? newcomerMs : this.#delayOf(looking), looking.signal)
    const absences = new Absences(this.#parts.waitMs)
    const refusals = new Refusals(this.#parts)
    for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const taken = await this.#take(looking, { isLikely: traces === 'none' })
      if (!(taken instanceof StorageError)) return taken
      const met = await this.#parts.place.connect()
      if (met.type === 'met') {
        const found = await this.#visit(met, looking)
        if (found) return found
        absences.end()
        refusals.add(met.owner)
      } else if (absences.areTooMany(met)) {
        throw busy(taken, met.type === 'unmet' ? met.reason : noAnswer)
      }
      await pause(pauseMs * (0.5 + Math.random()), looking.signal)
    }
  }

  /** The error where another has the directory. */
  async #take(looking: Looking, how: { isLikely: boolean }): Promise<FoundOwn | StorageError> {
    const parts = this.#parts
    const own = { ...parts.own, client: looking.client }
    const reception = new Reception()
    const report = (reason: Failure): void => parts.report(reason)
    const meeting = parts.place.open(
      own,
      (stream) => void reception.received(stream, { secret: meeting.secret, own, report }),
    )
    const close = (guests: readonly string[]): void => {
      meeting.close(guests)
      reception.close()
    }
    try {
      const taken = await parts.take(how)
      return this.#own(looking, { ...taken, reception, close })
    } catch (error) {
      close([])
      if (isA(error, StorageError) && error.code === 'busy') return error
      throw error
    }
  }

  #own({ client, returning, handOver }: Looking, { survivors, reception, close }: Taken): FoundOwn {
    this.#isReady = true
    const parts = this.#parts
    const roster = new Roster({
      own: client,
      returning: returning ?? survivors,
      ...(returning && { hasDied: (id: string) => this.#hasDied(id) }),
    })
    // Those that are asked again, here and at clients, use what the path leads to then.
    const host = parts.makeHost(roster.recovery, () => handOver?.())
    reception.serve({
      roster,
      serve: (port, told) => parts.serve(host, port, told),
      load: () => host.load(),
    })
    return {
      type: 'own',
      host,
      mayReturn: roster.recovery !== null,
      recovered: () => roster.ownRecovered(),
      tally: (counts) => roster.tally.note(client, counts),
      onClients: (changed) => roster.onClients(changed),
      leave: async () => {
        close(roster.clients)
        // What cannot be closed must not keep the directory from the next owner.
        try {
          await host.close()
        } finally {
          await parts.giveUp()
        }
      },
      // The directory is this thread's until it leaves, or ends; what is lost is handed over.
      gone: new Promise(() => {}),
    }
  }

  /** null: it sends away who comes, as it is going. */
  async #visit(met: MetOwner, { client, signal }: Looking): Promise<FoundOwner | null> {
    const { owner, stream, secret } = met
    const gone = new Promise<void>((resolve) => stream.onClose(resolve))
    const hello = { ...this.#parts.own, client, secret }
    const patience = this.#patienceWith(owner, signal)
    const greeting = greetOwner(new SocketPort(stream), hello, patience.signal)
    const greeted = await greeting.finally(() => patience.end())
    if (greeted === null) {
      if (signal.aborted) throw signal.reason as Error
      if (patience.signal.aborted) throw exceptionOf(stopped(owner, this.#parts.path))
      return null
    }
    const { port } = greeted
    const process = processOf(greeted.owner.client)
    this.#former = { process, hasEnded: () => met.hasProcessEnded() }
    const heir = new Heir({
      client,
      endsWithOwner: (id) => processOf(id) === process,
      getReady: () => this.#getReady(),
    })
    return {
      type: 'other',
      port,
      owner: { title: titleOf(owner), clients: greeted.owner.clients },
      gone,
      noteClients: (clients) => heir.note(clients),
      leave() {
        heir.end()
        port.end?.()
      },
    }
  }

  #getReady(): void {
    if (this.#isReady) return
    this.#isReady = true
    this.#parts.getReady()
  }

  /** How long to leave the directory to those who came to its last owner before this thread, and live. */
  #delayOf({ client, returning }: Looking): number {
    const survivors = returning?.filter((id) => id === client || !this.#hasDied(id)) ?? []
    const rank = survivors.indexOf(client)
    return rank <= 0 ? 0 : firstRankMs + rankMs * Math.min(rank, lastRank)
  }

  /** One of the threads of a process that has ended, which owned the directory before. */
  #hasDied(client: string): boolean {
    const former = this.#former
    return former !== null && processOf(client) === former.process && former.hasEnded()
  }

  /** How long an owner is waited for that says nothing. One that is stopped is not robbed, but told of. */
  #patienceWith(owner: Owner, signal: AbortSignal): { signal: AbortSignal; end(): void } {
    const { waitMs, path, report } = this.#parts
    const patience = new AbortController()
    const giveUp = (): void => patience.abort()
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    const stopTelling = queueIdleTimer(() => report(stopped(owner, path)), silenceMs)
    const hasLimit = waitMs > 0 && waitMs < Infinity
    const stopWaiting = hasLimit ? queueIdleTimer(() => patience.abort(), waitMs) : () => {}
    return {
      signal: patience.signal,
      end() {
        stopTelling()
        stopWaiting()
        signal.removeEventListener('abort', giveUp)
      },
    }
  }
}

/** For how long, and at how many looks in succession, no owner was reached while the directory could not be taken. */
class Absences {
  readonly #waitMs: number
  readonly #start = now()
  #count = 0
  #since: number | null = null

  constructor(waitMs: number) {
    this.#waitMs = waitMs
  }

  /** Takes what came of one more look. One that says why it cannot be met will not be met at the next look. */
  areTooMany({ type }: NoOwner | UnmetOwner): boolean {
    const since = (this.#since ??= now())
    this.#count++
    if (type === 'unmet') return now() - this.#start >= this.#waitMs
    return this.#count >= mostAbsences && now() - since >= Math.max(graceMs, this.#waitMs)
  }

  /** One was reached. */
  end(): void {
    this.#count = 0
    this.#since = null
  }
}

/** How often the same owner has hung up on this thread: one that goes does so, but not again and again. */
class Refusals {
  readonly #parts: NodePeerParts
  #owner = ''
  #count = 0
  #since = 0

  constructor(parts: NodePeerParts) {
    this.#parts = parts
  }

  /** @throws UnknownError when that was once too often */
  add(owner: Owner): void {
    const { waitMs, path } = this.#parts
    const which = `${titleOf(owner)}, since ${owner.since}`
    if (which !== this.#owner) {
      this.#owner = which
      this.#count = 0
      this.#since = now()
    }
    this.#count++
    if (this.#count < mostRefusals || now() - this.#since < waitMs) return
    const message = `Directory "${path}" is owned by ${titleOf(owner)}, which hangs up whenever this thread connects; the secret in "owner.json" there may not be its own any more: end that process, or call close(factory) there`
    const facts = { code: 'ERR_IDB_LOCKED', path, owner } as const
    throw exceptionOf(failure('UnknownError', message, facts))
  }
}

/** See `Peer.process`. */
function processOf(client: string): string {
  return client.slice(0, 6)
}

function titleOf({ pid, thread, host }: Owner): string {
  return `process ${pid}, thread ${thread}, on host "${host}"`
}

const noAnswer = 'its socket takes no connections'

/** `locked`: who has it, and what to do. */
function busy(locked: StorageError, reason: string): StorageError {
  // Its cause says again who has it.
  const { facts, message } = locked
  const [who, ...advice] = message.split('; ')
  const text = `${who}, which cannot be shared with, because ${reason}; ${advice.join('; ')}`
  return new StorageError('busy', text, facts ?? {})
}

function stopped(owner: Owner, path: string): Failure {
  const message = `Directory "${path}" is owned by ${titleOf(owner)}, which does not answer; it may be stopped, by a debugger or a signal: let it go on, or end it`
  return failure('UnknownError', message, { code: 'ERR_IDB_LOCKED', path, owner })
}

/** Resolves after that time, or rejects when the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // `throwIfAborted()` and `reason` are missing in the pages that Jest 29 simulates; what is thrown then is dropped.
  if (signal.aborted) throw signal.reason as Error
  if (ms === 0) return
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      stop()
      reject(signal.reason as Error)
    }
    const stop = queueIdleTimer(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}
