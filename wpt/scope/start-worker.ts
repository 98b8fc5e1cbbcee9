/** The entry point of a page's worker, in a thread of its own. */
import { workerData } from 'node:worker_threads'
import { installImplementation } from './implementation.ts'
import { loadScript } from './scripts.ts'
import type { WorkerStart } from './worker.ts'
import { installWorkerScope } from './worker-scope.ts'

// worker.ts made it.
const { options, port } = workerData as WorkerStart

const install = await installImplementation(options)
const events = installWorkerScope(options, (message) => port.postMessage(message))
Object.defineProperty(globalThis, 'close', { value: () => process.exit(), configurable: true })
install()

for (const script of options.scripts) loadScript(options, script)

// Messages wait in the port until the scripts have run.
port.on('message', (data: unknown) => events.dispatchEvent(new MessageEvent('message', { data })))
