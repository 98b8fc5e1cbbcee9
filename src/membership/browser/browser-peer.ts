/** A thread of a browser that takes part in a directory of the origin private file system: see `meeting-point.ts`. */
import { failureOf, StorageError } from '../../errors.ts'
import { queueIdleTimer } from '../../event-loop/turn.ts'
import type { Found, FoundOwner, Looking, Peer } from '../peer.ts'
import { isOwnerLost } from '../session/reasons.ts'
import { greetOwner } from '../greeting.ts'
import type { ClientHello } from '../hello.ts'
import { type Broker, reachBroker } from './broker.ts'
import { Candidate } from './candidate.ts'
import { Knocking } from './knocking.ts'
import type { MeetingPoint } from './meeting-point.ts'
import type { Ownable } from './ownable.ts'
import type { NoteBox } from './parting/note-box.ts'
import { aborted } from './signals.ts'
import {
  beginLife,
  type Free,
  type Holder,
  holderOf,
  isAlive,
  isHeld,
  type Life,
  lifeEnded,
  seeLife,
  takeLock,
} from './web-locks.ts'

/** How long the one that has the directory may keep others waiting: on a reload the old page goes a moment after the new one has come. */
const graceMs = 500
/** How often a thread that waits to be the owner of a free directory looks whether another has been faster. */
const electionMs = 100
/** How long a place in line is kept when the owner was left: it may have gone, or handed over. */
const keptMs = 1_000

/** How often in succession an owner may let this thread in whose lock it does not see. One that ends just then does so once. */
const mostUnseen = 5

/** How many workers in succession may die as they become the owner. */
const mostDeaths = 2

const never = new Promise<never>(() => {})

/** What a thread can do about a directory. */
export interface BrowserPeerParts {
  readonly point: MeetingPoint
  /** Has this thread, or a worker that it starts, wait for the directory; null where neither can open its files. */
  readonly stand: (() => Ownable) | null
  /** What this thread says of itself. */
  readonly own: Omit<ClientHello, 'client' | 'secret'>
  /** What pages have noted as they went; null where this thread cannot read it. */
  readonly notes: NoteBox | null
  /** Why a directory cannot be used whose owner does not share. */
  busy(): StorageError
  /** Why it cannot be used where another has it whose locks this thread does not see, nor that one this thread's. */
  separated(): StorageError
  /** Why it cannot be used where `stand` is null and no other thread has it. */
  unowned(): StorageError
}

/** The origin's broker, as this thread reaches it; undefined: it was not needed yet. */
let broker: Broker | null | undefined

/** The broker of the origin; null where there is none. It is started at its first use. */
export function brokerOfOrigin(): Broker | null {
  broker ??= reachBroker()
  return broker
}

/** One thread and one directory. */
export class BrowserPeer implements Peer {
  readonly #parts: BrowserPeerParts
  /** The thread's place in line; null when it is not in line, or owns the directory. */
  #candidate: Candidate | null = null
  #keep = (): void => {}

  constructor(parts: BrowserPeerParts) {
    this.#parts = parts
  }

  async look(looking: Looking): Promise<Found> {
    for (let deaths = 0; ; deaths++) {
      try {
        return await this.#lookOnce(looking)
      } catch (error) {
        // The worker that stood in line, or had just become the owner: another one takes its place.
        const hasDied = !looking.signal.aborted && isOwnerLost(failureOf(error))
        if (!hasDied || deaths === mostDeaths) throw error
      }
    }
  }

  /** Gives up its place in line at once, and waits for no lock any more. To be called where nothing is found, or is of use. */
  rest(): void {
    this.#keep()
    this.#leaveLine()
  }

  async #lookOnce(looking: Looking): Promise<Found> {
    this.#keep()
    const ending = new AbortController()
    const claim = claimOnce()
    try {
      return await Promise.race([
        this.#elected(looking, claim),
        this.#entered(looking, { signal: ending.signal, claim, unseenCount: 0 }),
        this.#refused(ending.signal),
        aborted(looking.signal),
      ])
    } catch (error) {
      this.#leaveLine()
      throw error
    } finally {
      // It may be elected later, for the next look.
      claim()
      ending.abort()
    }
  }

  /** Rejects where this thread cannot own the directory and no other does; never resolves where it cannot and another does. */
  async #elected(looking: Looking, claim: () => boolean): Promise<Found> {
    const { stand, point } = this.#parts
    if (!stand) return never
    const candidate = (this.#candidate ??= new Candidate(point, stand))
    let isClaimed = false
    try {
      const ownable = await candidate.elected
      isClaimed = claim()
      if (!isClaimed) return never
      if (this.#candidate === candidate) this.#candidate = null
      return await this.#own(ownable, looking)
    } catch (error) {
      if (this.#candidate === candidate) this.#candidate = null
      if (!isClaimed && (await this.#holder()) === 'sharing') return never
      throw error
    }
  }

  async #own(ownable: Ownable, looking: Looking): Promise<Found> {
    const notes = this.#parts.notes?.all() ?? []
    // Who was not at the former owner does not know who was.
    const isUnknown = !looking.returning && (await isHeld(this.#parts.point.guest))
    const known = isUnknown ? ({ ...looking, returning: 'unknown' } as const) : looking
    const own = await ownable.own(known, notes)
    return isUnknown ? { ...own, mayReturn: true } : own
  }

  async #entered(looking: Looking, run: Run): Promise<Found> {
    const { client } = looking
    const { signal, claim } = run
    // Where no thread has it there is none to knock at, and a broker would be started at the same time as the worker.
    while (this.#parts.stand && (await this.#holder()) === 'none') await pause(electionMs, signal)
    const life = await beginLife()
    const knocking = new Knocking(this.#parts.point, life.id, brokerOfOrigin())
    const giveUp = (): void => {
      knocking.close()
      life.end()
    }
    signal.addEventListener('abort', giveUp)
    if (signal.aborted) giveUp()
    const entered = await knocking.entered
    if (!signal.aborted && !(await isAlive(entered.welcome.life))) {
      // Nor does that owner see this thread's lock: it comes again with one that it sees.
      if (await seeLife(entered.welcome.life)) {
        giveUp()
        signal.removeEventListener('abort', giveUp)
        entered.port.end()
        return this.#entered(looking, run)
      }
      run.unseenCount++
    }
    if (run.unseenCount === mostUnseen) throw this.#parts.separated()
    const found = await this.#greet(client, { ...entered, life }, signal)
    signal.removeEventListener('abort', giveUp)
    if (found && claim()) return found
    if (found) found.leave()
    life.end()
    // It has gone, or another look has taken the place of this one.
    return signal.aborted || found ? never : this.#entered(looking, run)
  }

  /** null: the owner has gone, or nobody looks for it any more. */
  async #greet(
    client: string,
    { port, welcome, life }: Awaited<Knocking['entered']> & { readonly life: Life },
    signal: AbortSignal,
  ): Promise<FoundOwner | null> {
    const leaving = new AbortController()
    const gone = lifeEnded(welcome.life, leaving.signal)
    const greeting = new AbortController()
    const giveUp = (): void => greeting.abort()
    void gone.then(giveUp)
    signal.addEventListener('abort', giveUp)
    const hello = { ...this.#parts.own, client, secret: null }
    const greeted = await greetOwner(port, hello, greeting.signal)
    signal.removeEventListener('abort', giveUp)
    if (!greeted) {
      leaving.abort()
      return null
    }
    const endVisit = await beginVisit(this.#parts.point)
    return {
      type: 'other',
      port: greeted.port,
      owner: greeted.owner,
      // It is gone also where this thread was elected in its place.
      gone: Promise.race([gone, this.#electedQuietly()]),
      leave: ({ isGoodbye } = { isGoodbye: true }) => {
        leaving.abort()
        life.end()
        port.end()
        // It is waited for at the next owner, unless it has ended by then.
        if (isGoodbye) endVisit()
        else queueIdleTimer(endVisit, keptMs)
        this.#leaveLineLater()
      },
    }
  }

  async #electedQuietly(): Promise<void> {
    await this.#candidate?.elected.catch(() => never)
    if (!this.#candidate) await never
  }

  /** Rejects where waiting is of no use. */
  async #refused(signal: AbortSignal): Promise<never> {
    await pause(graceMs, signal)
    const holder = await this.#holder()
    if (holder === 'alone') throw this.#parts.busy()
    if (holder === 'none' && !this.#parts.stand) throw this.#parts.unowned()
    return never
  }

  #holder(): Promise<Holder> {
    const { ownership, sharing } = this.#parts.point
    return holderOf(ownership, sharing)
  }

  #leaveLine(): void {
    this.#candidate?.end()
    this.#candidate = null
  }

  #leaveLineLater(): void {
    this.#keep()
    this.#keep = queueIdleTimer(() => this.#leaveLine(), keptMs)
  }
}

/** One look. */
interface Run {
  /** Aborted when it is over. */
  readonly signal: AbortSignal
  /** True for the first to call it: what is found by the others is not what the look has found. */
  readonly claim: () => boolean
  /** How many owners have let it in whose locks it does not see. */
  unseenCount: number
}

function claimOnce(): () => boolean {
  let isClaimed = false
  return () => {
    const isFirst = !isClaimed
    isClaimed = true
    return isFirst
  }
}

/** Takes the lock of guests, before the first of them asks for anything. */
function beginVisit({ guest }: MeetingPoint): Promise<Free> {
  return takeLock(guest, { signal: new AbortController().signal, mode: 'shared' })
}

/** Resolves after that time; never once the signal is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = queueIdleTimer(() => {
      signal.removeEventListener('abort', cancel)
      resolve()
    }, ms)
    signal.addEventListener('abort', cancel, { once: true })
  })
}
