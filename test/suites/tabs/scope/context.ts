/** What every page, frame and worker of the suite loads, after the implementation under test. A classic script. */
import { Load } from './load.ts'
import { Realm } from './realm.ts'

/** What the test's process asks of a context, by name. */
export interface Globals {
  readonly realm: Realm
  readonly load: Load
  /** Sends a call to a worker that this page has started. */
  callWorker(worker: string, call: Call): Promise<unknown>
  startWorker(name: string, kind: WorkerKind): Promise<void>
  /** Ends a dedicated worker. */
  terminate(worker: string): void
  /** Since when this page has a worker of the implementation's; null: it has none. */
  hostingSince(): number | null
  /** Ends the workers of the implementation's, as the browser may. */
  terminateHosting(): void
  /** What the implementation warned of. */
  warnings(): string[]
}

export type WorkerKind = 'dedicated' | 'shared' | 'service'

export interface Call {
  readonly method: string
  readonly args: readonly unknown[]
}

interface Answer {
  readonly result?: unknown
  readonly error?: string
}

const realm = new Realm()

async function call({ method, args }: Call): Promise<unknown> {
  const methods = realm as unknown as Record<string, (...args: readonly unknown[]) => unknown>
  // By the name of a method, as the caller's types have it.
  return methods[method]?.call(realm, ...args)
}

async function answer({ data, ports }: MessageEvent<Call>): Promise<void> {
  const answer = await call(data).then(
    (result): Answer => ({ result }),
    (error: unknown): Answer => ({ error: String(error) }),
  )
  ports[0]?.postMessage(answer)
}

interface Post {
  postMessage(message: unknown, transfer: Transferable[]): void
}

const workers = new Map<string, Post & { terminate?(): void }>()

async function startWorker(name: string, kind: WorkerKind): Promise<void> {
  workers.set(name, await started(kind))
  await callWorker(name, { method: 'lines', args: [] })
}

async function started(kind: WorkerKind): Promise<Post> {
  const url = scriptPath()
  if (kind === 'dedicated') return new Worker(url)
  if (kind === 'shared') return new SharedWorker(url).port
  const registration = await navigator.serviceWorker.register(url)
  const worker = registration.installing ?? registration.waiting ?? registration.active
  if (!worker) throw new Error('unreachable: a registration has a worker')
  return worker
}

/** Of this script. */
function scriptPath(): string {
  return document.querySelector('script')?.getAttribute('src') ?? ''
}

/** Each call has a channel of its own for the answer. */
function callWorker(name: string, message: Call): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }: MessageEvent<Answer>) => {
      port1.close()
      if (data.error === undefined) resolve(data.result)
      else reject(new Error(data.error))
    }
    workers.get(name)?.postMessage(message, [port2])
  })
}

/** Workers that the implementation has started, and when. */
const hosting = new Map<Worker, number>()

/** Notes workers that the implementation starts. */
function watchWorkers(): void {
  const Native = globalThis.Worker
  globalThis.Worker = class extends Native {
    constructor(...args: ConstructorParameters<typeof Native>) {
      super(...args)
      if (String(args[0]) !== scriptPath()) hosting.set(this, Date.now())
    }

    override terminate(): void {
      hosting.delete(this)
      super.terminate()
    }
  }
}

/** What the script that installs the implementation has put there. */
const { warnings = [] } = globalThis as unknown as { readonly warnings?: string[] }

const globals: Globals = {
  warnings: () => warnings,
  realm,
  load: new Load(),
  callWorker,
  startWorker,
  terminate: (name) => workers.get(name)?.terminate?.(),
  hostingSince: () => (hosting.size > 0 ? Math.min(...hosting.values()) : null),
  terminateHosting() {
    for (const worker of hosting.keys()) worker.terminate()
  },
}

if (typeof document !== 'undefined') {
  watchWorkers()
  Object.assign(globalThis, globals)
} else {
  addEventListener('message', answer as unknown as EventListener) // Of dedicated and service workers.
  addEventListener('connect', (event) => {
    const [port] = (event as MessageEvent).ports
    if (port) port.onmessage = answer
  })
}
