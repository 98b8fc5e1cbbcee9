/** The worker's side of hosting for another thread: it is told which directory, serves it, and closes it when told to. */
import { exceptionOf, type Failure, failureOf } from './errors.ts'
import { serve } from './host/port-server.ts'
import type { Host } from './host/protocol.ts'
import { completeOptions } from './options.ts'
import { RelayedPort } from './relayed-port.ts'
import { isWorkerMessage, type WorkerAnswer, type WorkerCall } from './worker-messages.ts'
import type { Platform } from './platform.ts'
import { threadHosts } from './thread-hosts.ts'

/** The worker's way to who has started it. */
export interface OwnerChannel {
  listen(receive: (message: unknown) => void): void
  post(answer: WorkerAnswer, transfer: Transferable[]): void
}

type StartCall = Extract<WorkerCall, { 'idb-everywhere': 'start' }>

/** Hosts directories for whoever is at the other end of `channel`. */
export function hostForOwner(platform: Platform, channel: OwnerChannel): void {
  const hosts = new Map<number, { host: Host; port: RelayedPort }>()
  const start = ({ id, settings, wasm }: StartCall): void => {
    const ours = wasm ? { ...platform, loadWasm: async () => wasm } : platform
    const options = { ...settings, onLocked: 'wait', worker: false } as const
    const complete = completeOptions(options, ours)
    const host = threadHosts(ours)(complete)
    const port = new RelayedPort({
      post: (message, transfer) =>
        channel.post({ 'idb-everywhere': 'answer', id, message }, transfer),
    })
    hosts.set(id, { host, port })
    serve(host, port, (failure) => complete.onWarning(exceptionOf(failure)))
    channel.post({ 'idb-everywhere': 'ready', id }, [])
  }
  const stop = async (id: number): Promise<void> => {
    const stopped = (failure: Failure | null): void =>
      channel.post({ 'idb-everywhere': 'stopped', id, failure }, [])
    try {
      await hosts.get(id)?.host.close()
      stopped(null)
    } catch (error) {
      stopped(failureOf(error))
    }
  }
  const leave = (id: number): void => {
    hosts.get(id)?.port.closed()
    hosts.delete(id)
  }
  channel.listen((received) => {
    if (!isWorkerMessage(received)) return
    const call = received as WorkerCall // The owner sends calls only.
    switch (call['idb-everywhere']) {
      case 'start':
        return start(call)
      case 'call':
        return hosts.get(call.id)?.port.received(call.message)
      case 'stop':
        return void stop(call.id)
      case 'leave':
        return leave(call.id)
    }
  })
}
