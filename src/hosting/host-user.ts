/**
 * One of several users of a host, such as a factory. It keeps track of its own requests and connections, so that closing it ends
 * these and nothing else.
 */
import type { Failure } from '../errors.ts'
import { DeferredRequest } from './late/deferred-request.ts'
import type { HostSource } from '../protocol/host-choice.ts'
import type {
  AttachListener,
  ClosableHost,
  CommitMark,
  CommitOutcome,
  DeleteListener,
  Host,
  HostConnection,
  HostRequest,
  OpenListener,
  Receiver,
} from '../protocol/protocol.ts'

/** A source for a host that belongs to others, and is not closed with its users. */
export function hostOfOthers(host: Host): HostSource {
  return {
    enter: (use) => use(host),
    hold: () => {},
    letGo: () => {},
    release: async () => {},
  }
}

type Databases = readonly { readonly name: string; readonly version: number }[]

/** A request that has not been answered, or an open connection. */
interface Use {
  /** Brings it to its end, as the user is closed. */
  readonly end: () => void
  /** Whether the source holds the host for it. */
  isHolding: boolean
}

/** A user. What it asks while it is being closed waits until it has closed. */
export class HostUser implements ClosableHost {
  readonly #source: HostSource
  readonly #uses = new Set<Use>()
  /** null: not being closed. */
  #closing: Promise<void> | null = null
  /** What was asked while it is being closed, in order. */
  readonly #waiting: (() => void)[] = []
  /** Called when the last of its uses has ended. */
  #atRest = (): void => {}

  constructor(source: HostSource) {
    this.#source = source
  }

  databases(receiver: Receiver<Databases>): void {
    this.#question(receiver, (host, counted) => host.databases(counted))
  }

  open(name: string, version: number | undefined, listener: OpenListener): HostRequest {
    return this.#request(listener, (host, { answered, failed }) =>
      host.open(name, version, {
        blocked: (...told) => listener.blocked(...told),
        upgradeNeeded: (connection, transaction, oldVersion) =>
          listener.upgradeNeeded(connection, transaction, oldVersion),
        opened: (connection) => {
          this.#connect(connection)
          answered()
          listener.opened(connection)
          // It was asked for before closing began.
          if (this.#closing) connection.shutDown()
        },
        failed,
      }),
    )
  }

  delete(name: string, listener: DeleteListener): HostRequest {
    return this.#request(listener, (host, { answered, failed }) =>
      host.delete(name, {
        blocked: (...told) => listener.blocked(...told),
        deleted: (oldVersion) => {
          answered()
          listener.deleted(oldVersion)
        },
        failed,
      }),
    )
  }

  attach(
    name: string,
    version: number,
    listener: AttachListener,
    incarnation?: number | null,
  ): void {
    const use = newUse(() => {})
    const failed = (reason: Failure): void => {
      this.#over(use)
      listener.failed(reason)
    }
    const attached = (connection: HostConnection): void => {
      this.#connect(connection)
      this.#over(use)
      listener.attached(connection)
      // It was asked for before closing began.
      if (this.#closing) connection.shutDown()
    }
    const ask = (host: Host): void => host.attach(name, version, { attached, failed }, incarnation)
    this.#enter(use, ask, failed)
  }

  outcomeOf(name: string, mark: CommitMark, receiver: Receiver<CommitOutcome>): void {
    this.#question(receiver, (host, counted) => host.outcomeOf(name, mark, counted))
  }

  forgetMarks(client: string): void {
    this.#tell((host) => host.forgetMarks(client))
  }

  forgetDeletion(mark: CommitMark): void {
    this.#tell((host) => host.forgetDeletion(mark))
  }

  close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = this.#close().finally(() => this.#goOn())
    } else if (this.#waiting.length > 0) {
      // It also closes what has been asked meanwhile.
      return new Promise((resolve, reject) => {
        this.#waiting.push(() => void this.close().then(resolve, reject))
      })
    }
    return this.#closing
  }

  async #close(): Promise<void> {
    const isAtRest = new Promise<void>((resolve) => (this.#atRest = resolve))
    for (const use of this.#uses) use.end()
    this.#source.closing?.()
    if (this.#uses.size > 0) await isAtRest
    await this.#source.release()
  }

  #goOn(): void {
    this.#closing = null
    // One of them may close it again; the others then keep waiting.
    while (!this.#closing && this.#waiting.length > 0) this.#waiting.shift()?.()
  }

  /** Asks the host what has one answer; `counted` passes it on. */
  #question<Result>(
    receiver: Receiver<Result>,
    ask: (host: Host, counted: Receiver<Result>) => void,
  ): void {
    const use = newUse(() => {})
    const failed = (reason: Failure): void => {
      this.#over(use)
      receiver.failed(reason)
    }
    const done = (result: Result): void => {
      this.#over(use)
      receiver.done(result)
    }
    this.#enter(use, (host) => ask(host, { done, failed }), failed)
  }

  /** Tells the host what has no answer. */
  #tell(tell: (host: Host) => void): void {
    const use = newUse(() => {})
    const enter = (host: Host): void => {
      tell(host)
      this.#over(use)
    }
    this.#enter(use, enter, () => this.#over(use))
  }

  #request(
    listener: { failed(reason: Failure): void },
    ask: (
      host: Host,
      told: { answered: () => void; failed: (reason: Failure) => void },
    ) => HostRequest,
  ): HostRequest {
    const answered = (): void => this.#over(use)
    const failed = (reason: Failure): void => {
      answered()
      listener.failed(reason)
    }
    const request = new DeferredRequest()
    const use = newUse(() => request.cancel())
    const passOn = (host: Host): void => request.passOn(() => ask(host, { answered, failed }))
    this.#enter(use, passOn, failed)
    return request
  }

  #enter(use: Use, ask: (host: Host) => void, failed: (reason: Failure) => void): void {
    if (this.#closing) return void this.#waiting.push(() => this.#enter(use, ask, failed))
    this.#uses.add(use)
    const enter = (host: Host): void => {
      use.isHolding = true
      ask(host)
    }
    this.#source.enter(enter, failed)
  }

  #connect(connection: HostConnection): void {
    const use = newUse(() => connection.shutDown())
    this.#source.hold()
    use.isHolding = true
    this.#uses.add(use)
    void connection.closed.then(() => this.#over(use))
  }

  #over(use: Use): void {
    this.#uses.delete(use)
    if (use.isHolding) this.#source.letGo()
    if (this.#uses.size === 0) this.#atRest()
  }
}

function newUse(end: () => void): Use {
  return { end, isHolding: false }
}
