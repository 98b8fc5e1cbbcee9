/** A host that takes a while to be there, and is asked for at the first use. */
import { type Failure, failureOf } from '../../errors.ts'
import { DeferredRequest } from './deferred-request.ts'
import type {
  AttachListener,
  ClosableHost,
  CommitMark,
  CommitOutcome,
  DeleteListener,
  Host,
  HostRequest,
  OpenListener,
  Receiver,
} from '../../protocol/protocol.ts'

/** How it comes, and what there is of it then. */
export interface HostStart<Started extends { readonly host: Host }> {
  /** The directory's, for errors. */
  readonly path: string
  /** `gone`: to be called when what was started has ended; the next use starts another. */
  start(gone: () => void): Promise<Started>
  close(started: Started): Promise<void>
}

type Databases = readonly { readonly name: string; readonly version: number }[]

/** Passes on what it is asked, in order. It must not be used while it closes. */
export class AwaitedHost<Started extends { readonly host: Host }> implements ClosableHost {
  readonly #how: HostStart<Started>
  /** null: none is there or being started. */
  #starting: Promise<Started> | null = null
  /** What was started, once it is there. */
  #running: Started | null = null

  constructor(how: HostStart<Started>) {
    this.#how = how
  }

  databases(receiver: Receiver<Databases>): void {
    this.#ask(receiver, (host) => host.databases(receiver))
  }

  open(name: string, version: number | undefined, listener: OpenListener): HostRequest {
    return this.#request(listener, (host) => host.open(name, version, listener))
  }

  delete(name: string, listener: DeleteListener): HostRequest {
    return this.#request(listener, (host) => host.delete(name, listener))
  }

  attach(
    name: string,
    version: number,
    listener: AttachListener,
    incarnation?: number | null,
  ): void {
    this.#ask(listener, (host) => host.attach(name, version, listener, incarnation))
  }

  outcomeOf(name: string, mark: CommitMark, receiver: Receiver<CommitOutcome>): void {
    this.#ask(receiver, (host) => host.outcomeOf(name, mark, receiver))
  }

  forgetMarks(client: string): void {
    this.#running?.host.forgetMarks(client)
  }

  forgetDeletion(mark: CommitMark): void {
    this.#running?.host.forgetDeletion(mark)
  }

  async close(): Promise<void> {
    const starting = this.#starting
    // If it could not be started, the requests that waited for it have failed.
    const started = await starting?.catch(() => null)
    if (!started || this.#starting !== starting) return
    this.#forget(started)
    await this.#how.close(started)
  }

  #request(
    listener: { failed(reason: Failure): void },
    ask: (host: Host) => HostRequest,
  ): HostRequest {
    const request = new DeferredRequest()
    this.#ask(listener, (host) => request.passOn(() => ask(host)))
    return request
  }

  #ask(listener: { failed(reason: Failure): void }, ask: (host: Host) => void): void {
    if (this.#running) return ask(this.#running.host)
    this.#starting ??= this.#startAndNote()
    this.#starting.then(
      ({ host }) => ask(host),
      (error: unknown) => listener.failed(failureOf(error, { path: this.#how.path })),
    )
  }

  #startAndNote(): Promise<Started> {
    const starting = this.#start()
    // This reaction comes first, and those of earlier requests right after it: no later request overtakes them.
    const note = (started: Started): void => {
      if (this.#starting === starting) this.#running = started
    }
    const forget = (): void => {
      if (this.#starting === starting) this.#starting = null
    }
    starting.then(note, forget)
    return starting
  }

  async #start(): Promise<Started> {
    let started: Started | null = null
    started = await this.#how.start(() => started && this.#forget(started))
    return started
  }

  #forget(started: Started): void {
    if (this.#running !== started) return
    this.#running = null
    this.#starting = null
  }
}
