/** Requests that are asked of one owner after another until one has answered: deletions and listings of databases. */
import { type Failure, inPlace } from '../../errors.ts'
import type {
  CommitMark,
  DeleteListener,
  Host,
  HostRequest,
  Receiver,
} from '../../protocol/protocol.ts'
import { Blocked } from './blocked.ts'
import type { CommitMarks } from './commit-marks.ts'
import { closedBefore, deletionUnknown, isOwnerLost } from './reasons.ts'

/** What a session has to answer. */
export interface SessionRequest {
  /** Whether it was being processed by an owner that is gone: then it is asked before what is new. */
  readonly resumes: boolean
  /** Asks an owner, the first or the next one. */
  ask(host: Host): void
  /** It gets no more answer from the owner that was asked last, unless that is this realm's own. */
  ownerLost(): void
  /** No owner is to be had. */
  fail(reason: Failure): void
  cancel(): void
}

/** What a request needs of its session. */
export interface RequestServices {
  readonly marks: CommitMarks
  ownerLost(): void
  /** It is answered. */
  answered(request: SessionRequest): void
  /** Calls `giveUp` after a while, unless an owner is asked for the request, which has been cancelled, by then. */
  unlessAsked(request: SessionRequest, giveUp: () => void): void
}

export type Databases = readonly { readonly name: string; readonly version: number }[]

/** `databases()`. */
export class ListRequest implements SessionRequest {
  readonly resumes = false
  readonly #services: RequestServices
  readonly #receiver: Receiver<Databases>
  #host: Host | null = null

  constructor(services: RequestServices, receiver: Receiver<Databases>) {
    this.#services = services
    this.#receiver = receiver
  }

  ask(host: Host): void {
    this.#host = host
    host.databases({
      done: (databases) => {
        if (this.#host === host) this.#answer(() => this.#receiver.done(databases))
      },
      failed: (reason) => {
        if (this.#host !== host) return
        if (isOwnerLost(reason)) this.#services.ownerLost()
        else this.fail(reason)
      },
    })
  }

  ownerLost(): void {
    this.#host = null
  }

  fail(reason: Failure): void {
    this.#answer(() => this.#receiver.failed(reason))
  }

  /** It is about to be answered, with what there is. */
  cancel(): void {}

  #answer(tell: () => void): void {
    this.#host = null
    this.#services.answered(this)
    tell()
  }
}

/** `deleteDatabase()`. By its mark an owner knows whether one before it has carried it out, and not answered. */
export class DeleteRequest implements SessionRequest, HostRequest {
  readonly #services: RequestServices
  readonly #name: string
  readonly #listener: DeleteListener
  readonly #blocked = new Blocked()
  readonly #mark: CommitMark
  #host: Host | null = null
  #asked: HostRequest | null = null
  /** Whether an owner that is gone was asked, and may have carried it out. */
  #wasAsked = false
  #isCancelled = false
  #isOver = false

  constructor(services: RequestServices, name: string, listener: DeleteListener) {
    this.#services = services
    this.#mark = services.marks.take()
    this.#name = name
    this.#listener = listener
  }

  get resumes(): boolean {
    return this.#blocked.wasSeen
  }

  ask(host: Host): void {
    this.#host = host
    // A realm's own host answers whatever it does.
    const origin = {
      mark: this.#mark,
      resumes: this.resumes,
      mayBeLost: false,
      wasAsked: this.#wasAsked,
      outlivesOwner: false,
    }
    const asked = host.delete(this.#name, this.#listenerAt(host), origin)
    if (this.#host !== host || this.#isOver) return
    this.#asked = asked
    if (this.#isCancelled) asked.cancel()
  }

  ownerLost(): void {
    if (this.#host) this.#wasAsked = true
    this.#host = null
    this.#asked = null
    this.#blocked.ownerChanged()
    if (this.#isCancelled) this.#wantNoOwner()
  }

  /** An owner that is gone may have carried it out. */
  fail(reason: Failure): void {
    this.#failFor(this.#wasAsked ? deletionUnknown(this.#name) : reason)
  }

  #failFor(reason: Failure): void {
    this.#answer(() => this.#listener.failed(inPlace(reason, { database: this.#name })))
  }

  cancel(): void {
    this.#isCancelled = true
    if (this.#asked) this.#asked.cancel()
    else if (!this.#host) this.#wantNoOwner()
  }

  /** It still takes an owner that is there in time: a request that has begun is answered. */
  #wantNoOwner(): void {
    this.#services.unlessAsked(this, () => this.fail(closedBefore(this.#name)))
  }

  #listenerAt(host: Host): DeleteListener {
    return {
      asking: () => {
        if (this.#host === host) this.#blocked.asking()
      },
      blocked: (oldVersion, newVersion, blockers) => {
        if (this.#host !== host || this.#isOver) return
        const tell = (): void => this.#listener.blocked(oldVersion, newVersion, blockers)
        this.#blocked.tell([oldVersion, newVersion], tell)
      },
      // Carried out is carried out, also by an own host that is closing.
      deleted: (oldVersion) => {
        this.#answer(() => this.#listener.deleted(oldVersion))
        if (this.#wasAsked && this.#host === host) host.forgetDeletion(this.#mark)
      },
      failed: (reason) => {
        if (this.#host !== host) return
        if (isOwnerLost(reason)) this.#services.ownerLost()
        else this.#failFor(reason)
      },
    }
  }

  #answer(tell: () => void): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#services.marks.free(this.#mark)
    this.#services.answered(this)
    tell()
  }
}
