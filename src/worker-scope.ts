/** The worker's side of hosting for another thread: it is told which directory, serves it, and closes it when told to. */
import { failureOf } from './errors.ts'
import { serve } from './host/port-server.ts'
import type { Host } from './host/protocol.ts'
import { completeOptions } from './options.ts'
import { isWorkerMessage, type WorkerAnswer, type WorkerCall } from './worker-messages.ts'
import type { Platform } from './platform.ts'
import { threadHosts } from './thread-hosts.ts'

/** The worker's way to who has started it. */
export interface OwnerChannel {
  listen(receive: (message: unknown) => void): void
  post(answer: WorkerAnswer): void
}

/** Hosts directories, one after the other, for whoever is at the other end of `channel`. */
export function hostForOwner(platform: Platform, channel: OwnerChannel): void {
  let host: Host | null = null
  const start = ({ settings, port, wasm }: Extract<WorkerCall, { 'idb-everywhere': 'start' }>) => {
    const ours = wasm ? { ...platform, loadWasm: async () => wasm } : platform
    const options = { ...settings, onLocked: 'wait', worker: false } as const
    host = threadHosts(ours)(completeOptions(options, ours))
    serve(host, port)
    channel.post({ 'idb-everywhere': 'ready' })
  }
  const stop = async (): Promise<void> => {
    try {
      await host?.close()
      channel.post({ 'idb-everywhere': 'stopped', failure: null })
    } catch (error) {
      channel.post({ 'idb-everywhere': 'stopped', failure: failureOf(error) })
    }
  }
  channel.listen((message) => {
    if (!isWorkerMessage(message)) return
    // The owner sends calls only.
    const call = message as WorkerCall
    if (call['idb-everywhere'] === 'start') start(call)
    else void stop()
  })
}
