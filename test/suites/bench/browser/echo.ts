/**
 * The least that a round trip costs from a page to the worker of another tab: an echo of 200 bytes. It goes the way that the messages
 * of a second tab go, over a port of its own, without a stop between.
 */
import { timed } from '../warm/measure.ts'
import type { Contender } from '../warm/measure.ts'

const message = new Uint8Array(200)
const large = new Uint8Array(1024 * 1024).fill(7)
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
  return contender(name, async (port) => {
    for (let i = 0; i < count; i++) await answers(port, 1, () => port.postMessage(message))
  })
}

/** A contender whose round sends that number of MiB, each copied once and given away, and waits until all have come. */
export function deliveries(name: string, count: number): Contender {
  return contender(name, (port) =>
    answers(port, count, () => {
      for (let i = 0; i < count; i++) {
        const bytes = large.slice()
        port.postMessage(bytes, [bytes.buffer])
      }
    }),
  )
}

function contender(name: string, run: (port: MessagePort) => Promise<void>): Contender {
  return {
    name,
    async round() {
      const port = await (reached ??= reach())
      return timed(() => run(port))
    },
  }
}

/** Resolves when that number of answers has come to what `ask` sends. */
function answers(port: MessagePort, count: number, ask: () => void): Promise<void> {
  let missing = count
  return new Promise((resolve) => {
    port.onmessage = () => {
      if (--missing === 0) resolve()
    }
    ask()
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
