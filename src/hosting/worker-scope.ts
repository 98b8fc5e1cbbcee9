/** The worker's side of hosting for another thread: opens the directory it is told to, serves it, and closes it when told to. */
import { exceptionOf, type Failure, failureOf } from '../errors.ts'
import { HostUser } from './host-user.ts'
import { serve } from '../port/server.ts'
import type { ClosableHost } from '../protocol/protocol.ts'
import { completeOptions } from '../options/options.ts'
import { RelayedPort } from '../port/relayed-port.ts'
import { isWorkerMessage, type WorkerAnswer, type WorkerCall } from './worker-messages.ts'
import type { Platform } from './platform.ts'
import { sharedHost } from './registry.ts'
import { threadHosts } from './in-thread.ts'
import { warningDataOf } from '../options/warning.ts'

/** The worker's channel to the thread that has started it. */
export interface OwnerChannel {
  listen(receive: (message: unknown) => void): void
  post(answer: WorkerAnswer, transfer: Transferable[]): void
}

type StartCall = Extract<WorkerCall, { 'idb-everywhere': 'start' }>

/** Hosts directories for the thread at the other end of `channel`. */
export function hostForOwner(platform: Platform, channel: OwnerChannel): void {
  const hosts = new Map<number, HostForOwner>()
  channel.listen((received) => {
    if (!isWorkerMessage(received)) return
    const call = received as WorkerCall // The owner sends calls only.
    const { id } = call
    try {
      if (call['idb-everywhere'] === 'start')
        hosts.set(id, new HostForOwner(call, platform, channel))
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

  /** @throws whatever keeps the host from being made */
  constructor({ id, settings, wasm }: StartCall, platform: Platform, channel: OwnerChannel) {
    this.#id = id
    this.#channel = channel
    const onWarning = (warning: Error): void =>
      channel.post({ 'idb-everywhere': 'warning', id, warning: warningDataOf(warning) }, [])
    const ours = wasm ? { ...platform, loadWasm: async () => wasm } : platform
    const options = { ...settings, ifLocked: 'wait', worker: false, onWarning } as const
    const complete = completeOptions(options, ours)
    this.#host = new HostUser(sharedHost(complete, ours, threadHosts(ours)))
    this.#port = new RelayedPort({
      post: (message, transfer) =>
        channel.post({ 'idb-everywhere': 'answer', id, message }, transfer),
    })
    const report = (failure: Failure): void => complete.onWarning(exceptionOf(failure))
    serve(this.#host, this.#port, { report, presence: ours.presence })
    channel.post({ 'idb-everywhere': 'ready', id }, [])
  }

  received(call: Exclude<WorkerCall, StartCall>): void {
    switch (call['idb-everywhere']) {
      case 'call':
        return this.#port.received(call.message)
      case 'stop':
        return void this.#stop()
      case 'leave':
        return this.#port.closed()
    }
  }

  async #stop(): Promise<void> {
    const stopped = (failure: Failure | null): void =>
      this.#channel.post({ 'idb-everywhere': 'stopped', id: this.#id, failure }, [])
    try {
      await this.#host.close()
      stopped(null)
    } catch (error) {
      stopped(failureOf(error))
    }
  }
}
