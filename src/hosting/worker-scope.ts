/** The worker's side of hosting for another thread: opens the directory it is told to, serves it, and closes it when told to. */
import { exceptionOf, type Failure, failureOf } from '../errors.ts'
import { HostUser } from './host-user.ts'
import { serve } from '../port/server.ts'
import type { ClosableHost } from '../protocol/protocol.ts'
import { completeOptions } from '../options/options.ts'
import { RelayedPort } from '../port/relayed-port.ts'
import { isWorkerMessage, type WorkerAnswer, type WorkerCall } from './worker-messages.ts'
import type { Ownable } from '../membership/browser/ownable.ts'
import { beginLife, type Free } from '../membership/browser/web-locks.ts'
import type { FoundOwn } from '../membership/peer.ts'
import type { ThreadHosting, Threads, WorkerPlatform } from './platform.ts'
import { sharedHost } from './registry.ts'
import type { Sharing } from './sharing.ts'
import { threadsOf } from './in-thread.ts'
import { warningDataOf } from '../options/warning.ts'

/** The worker's channel to the thread that has started it. */
export interface OwnerChannel {
  listen(receive: (message: unknown) => void): void
  post(answer: WorkerAnswer, transfer: Transferable[]): void
}

type StartCall = Extract<WorkerCall, { 'idb-everywhere': 'start' | 'stand' }>
type LaterCall = Exclude<WorkerCall, { 'idb-everywhere': 'start' | 'stand' }>

/** Makes hosts of directories in which the worker takes part by itself. */
type Members = (threads: Threads) => Sharing

/** What a worker hosts on. */
interface Grounds {
  readonly platform: WorkerPlatform
  readonly channel: OwnerChannel
  readonly members: Members
}

/** Hosts directories for the thread at the other end of `channel`. */
export function hostForOwner(
  platform: WorkerPlatform,
  channel: OwnerChannel,
  members: Members = ({ hosts }) => hosts,
): void {
  const grounds = { platform, channel, members }
  const hosts = new Map<number, { received(call: LaterCall): void }>()
  channel.listen((received) => {
    if (!isWorkerMessage(received)) return
    const call = received as WorkerCall // The owner sends calls only.
    const { id } = call
    try {
      if (call['idb-everywhere'] === 'start') hosts.set(id, new HostForOwner(call, grounds))
      else if (call['idb-everywhere'] === 'stand') hosts.set(id, new SharingForOwner(call, grounds))
      else hosts.get(id)?.received(call)
    } catch (error) {
      channel.post({ 'idb-everywhere': 'failed', id, failure: failureOf(error) }, [])
    }
    if (call['idb-everywhere'] === 'leave') hosts.delete(id)
  })
}

/** One directory, for one owner. */
class HostForOwner {
  readonly #id: number
  readonly #channel: OwnerChannel
  readonly #host: ClosableHost
  readonly #port: RelayedPort
  readonly #engineArrived: EngineArrived

  /** @throws whatever keeps the host from being made */
  constructor(call: StartCall, grounds: Grounds) {
    const { id } = call
    const { channel, members } = grounds
    this.#id = id
    this.#channel = channel
    const { settings, ours, engineArrived } = settingsIn(call, grounds)
    this.#engineArrived = engineArrived
    const threads = threadsOf(ours)
    const sharing = settings.isShared ? members(threads) : threads.hosts
    this.#host = new HostUser(sharedHost(settings, ours, sharing))
    this.#port = portOver(channel, id)
    const report = (failure: Failure): void => settings.onWarning(exceptionOf(failure))
    serve(this.#host, this.#port, { report, presence: ours.presence })
    channel.post({ 'idb-everywhere': 'ready', id }, [])
  }

  received(call: LaterCall): void {
    switch (call['idb-everywhere']) {
      case 'call':
        return this.#port.received(call.message)
      case 'engine':
        return this.#engineArrived(call.wasm)
      case 'stop':
        return void this.#stop()
      case 'leave':
        return this.#port.closed()
    }
  }

  #stop(): Promise<void> {
    return stop(this.#channel, this.#id, () => this.#host.close())
  }
}

/** One directory, for one owner and for all others that want to share it. */
class SharingForOwner {
  readonly #id: number
  readonly #channel: OwnerChannel
  readonly #port: RelayedPort
  readonly #hosting: ThreadHosting
  readonly #engineArrived: EngineArrived
  readonly #standing: Ownable
  /** null until it serves. */
  #found: FoundOwn | null = null
  #lineArrived: (line: MessagePort | null) => void = () => {}
  #endLife: Free = () => {}

  /** @throws whatever keeps the host from being made */
  constructor(call: StartCall, grounds: Grounds) {
    const { id } = call
    const { channel } = grounds
    this.#id = id
    this.#channel = channel
    this.#port = portOver(channel, id)
    const { settings, ours, engineArrived } = settingsIn(call, grounds)
    this.#engineArrived = engineArrived
    this.#hosting = threadsOf(ours).hosting(settings)
    this.#standing = ours.standHere(settings, this.#hosting, () => this.#reachBroker())
    void this.#live().catch((error: unknown) => this.#fail(error))
    this.#standing.owned.then(
      () => channel.post({ 'idb-everywhere': 'owned', id }, []),
      (error: unknown) => this.#fail(error),
    )
  }

  received(call: LaterCall): void {
    switch (call['idb-everywhere']) {
      case 'engine':
        return this.#engineArrived(call.wasm)
      case 'own':
        return void this.#own(call).catch((error: unknown) => this.#fail(error))
      case 'recovered':
        return this.#found?.recovered()
      case 'tally':
        return this.#found?.tally?.(call.counts)
      case 'broker':
        return this.#lineArrived(call.line)
      case 'call':
        return this.#port.received(call.message)
      case 'stop':
        return void stop(this.#channel, this.#id, () => this.#leave(call))
      case 'leave':
        this.#endLife()
        this.#port.closed()
        return this.#end()
    }
  }

  async #leave({ isCutOff }: Extract<LaterCall, { isCutOff: boolean }>): Promise<void> {
    if (!isCutOff) return this.#found?.leave()
    if (this.#found) this.#found.cutOff?.()
    else this.#standing.end()
    this.#endLife()
  }

  /** A worker of the user's goes on without it. */
  #end(): void {
    if (this.#found) void this.#found.leave().catch(() => {})
    else this.#standing.end()
  }

  /** The page is not told where its worker ends. */
  async #live(): Promise<void> {
    const { id: life, end } = await beginLife()
    this.#endLife = end
    this.#channel.post({ 'idb-everywhere': 'standing', id: this.#id, life }, [])
  }

  async #own({ client, returning, notes }: Extract<LaterCall, { client: string }>): Promise<void> {
    const found = await this.#standing.own({ client, returning }, notes)
    this.#found = found
    this.#hosting.serve(found.host, this.#port)
    const id = this.#id
    found.onClients((clients) =>
      this.#channel.post({ 'idb-everywhere': 'clients', id, clients }, []),
    )
    this.#channel.post({ 'idb-everywhere': 'ready', id }, [])
  }

  #reachBroker(): Promise<MessagePort | null> {
    this.#channel.post({ 'idb-everywhere': 'brokerWanted', id: this.#id }, [])
    return new Promise((resolve) => (this.#lineArrived = resolve))
  }

  #fail(error: unknown): void {
    this.#channel.post({ 'idb-everywhere': 'failed', id: this.#id, failure: failureOf(error) }, [])
  }
}

/** Takes the engine that the owner has compiled meanwhile; null: it could not. */
type EngineArrived = (wasm: WebAssembly.Module | null) => void

/** The settings that the owner has sent, completed, and the platform with the engine that it has sent, or sends later. */
function settingsIn({ id, settings, wasm }: StartCall, { platform, channel }: Grounds) {
  const onWarning = (warning: Error): void =>
    channel.post({ 'idb-everywhere': 'warning', id, warning: warningDataOf(warning) }, [])
  let engineArrived: EngineArrived = () => {}
  const coming =
    wasm === 'coming'
      ? new Promise<WebAssembly.Module | null>((resolve) => (engineArrived = resolve))
      : Promise.resolve(wasm)
  const loadWasm = async () => (await coming) ?? platform.loadWasm()
  const ours = { ...platform, loadWasm }
  const { isShared, ...others } = settings
  const ifLocked = isShared ? 'share' : 'wait'
  const options = { ...others, ifLocked, worker: false, onWarning } as const
  return { settings: completeOptions(options, ours), ours, engineArrived }
}

function portOver(channel: OwnerChannel, id: number): RelayedPort {
  const post = (message: unknown, transfer: Transferable[]): void =>
    channel.post({ 'idb-everywhere': 'answer', id, message }, transfer)
  return new RelayedPort({ post })
}

async function stop(channel: OwnerChannel, id: number, close: () => Promise<void>): Promise<void> {
  const stopped = (failure: Failure | null): void =>
    channel.post({ 'idb-everywhere': 'stopped', id, failure }, [])
  try {
    await close()
    stopped(null)
  } catch (error) {
    stopped(failureOf(error))
  }
}
