/**
 * The least that a round trip costs from a page to the worker of another tab: an echo of 200 bytes. It goes the way that the messages
 * of a second tab go, over a port of its own, without a stop between.
 */
import { timed } from '../warm/measure.ts'
import type { Contender } from '../warm/measure.ts'

const message = new Uint8Array(200)
const script = new URL('/bundle/echo-worker.mjs', location.origin)

/** Has this tab echo for another one, which is to ask for it once. */
export function offerEcho(): void {
  const { port1, port2 } = new MessageChannel()
  new Worker(script, { type: 'module' }).postMessage(null, [port1])
  carrier().postMessage(null, [port2])
}

let reached: Promise<MessagePort> | null = null

/** A contender whose round is that number of echoes, one after another, at the tab that offers them. */
export function echoes(name: string, count: number): Contender {
  return {
    name,
    async round() {
      const port = await (reached ??= reach())
      return timed(async () => {
        for (let i = 0; i < count; i++) await once(port)
      })
    },
  }
}

function once(port: MessagePort): Promise<unknown> {
  return new Promise((resolve) => {
    port.onmessage = resolve
    port.postMessage(message)
  })
}

function reach(): Promise<MessagePort> {
  return new Promise((resolve) => {
    const port = carrier()
    port.onmessage = ({ ports: [echo] }) => echo && resolve(echo)
    port.postMessage(null)
  })
}

function carrier(): MessagePort {
  return new SharedWorker(script, { type: 'module' }).port
}
