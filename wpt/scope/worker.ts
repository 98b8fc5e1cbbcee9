/** `Worker` over `node:worker_threads`. https://html.spec.whatwg.org/multipage/workers.html#dedicated-workers */
import { MessageChannel, type MessagePort, Worker as Thread } from 'node:worker_threads'
import type { ScopeOptions } from './options.ts'

/** What a worker's thread is started with. */
export interface WorkerStart {
  readonly options: ScopeOptions
  /** To the page. */
  readonly port: MessagePort
}

/** A `Worker` class for a page: its scripts get the same kind of global and the same IndexedDB. */
export function createWorkerClass(options: ScopeOptions): unknown {
  return class Worker extends EventTarget {
    onmessage: ((event: MessageEvent) => void) | null = null
    onerror: ((event: Event) => void) | null = null
    readonly #port: MessagePort

    constructor(url: string | URL) {
      super()
      const { port1, port2 } = new MessageChannel()
      this.#port = port1
      port1.on('message', (data: unknown) => this.#receive(data))
      startThread(new URL(url, options.url), options, port2).catch((error: unknown) => {
        const event = Object.assign(new Event('error'), { error, message: String(error) })
        this.onerror?.(event)
        this.dispatchEvent(event)
      })
    }

    /** The port queues what is posted before the thread has started, and transfers at once. */
    postMessage(message: unknown, transfer: ArrayBuffer[] = []): void {
      this.#port.postMessage(message, transfer)
    }

    #receive(data: unknown): void {
      const event = new MessageEvent('message', { data })
      this.onmessage?.(event)
      this.dispatchEvent(event)
    }
  }
}

/** Settles when the thread has ended; rejects if it failed. */
async function startThread(url: URL, options: ScopeOptions, port: MessagePort): Promise<void> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  const scripts = [{ text: await response.text() }]
  const start: WorkerStart = { options: { ...options, url: url.href, scripts }, port }
  const thread = new Thread(new URL('./start-worker.mjs', import.meta.url), {
    workerData: start,
    transferList: [port],
  })
  return new Promise((resolve, reject) => {
    thread.once('error', reject)
    thread.once('exit', () => resolve())
  })
}
