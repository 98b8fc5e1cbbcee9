/** Pages and workers of browsers, all in one file: nothing is fetched. */
import { gunzipSync } from 'fflate'
import { packedWorker } from 'inlined:worker'
import { fromBase85 } from '../base/base85.ts'
import { browserPlatformWith } from './any-browser.ts'
import { gzippedEngine } from './engine-gzip.ts'
import { threadsOf } from '../hosting/in-thread.ts'
import type { Platform } from '../hosting/platform.ts'
import { startTrusted } from '../options/trusted-worker.ts'

export const platform: Platform = browserPlatformWith({
  // It is in this file.
  loadWasm: async () => WebAssembly.compile(await gunzip(gzippedEngine() as Gzipped)),
  startWorker() {
    // At once: a worker that comes later would have to be stood in for until then.
    const script = gunzipSync(fromBase85(packedWorker))
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
    const worker = startTrusted(() => new Worker(url, { type: 'module' }))
    // Its first message says that it has loaded, and the URL is not needed any more.
    worker.addEventListener('message', () => URL.revokeObjectURL(url), { once: true })
    return worker
  },
  canWorkerLoadWasm: false,
  threads: threadsOf,
})

type Gzipped = Uint8Array<ArrayBuffer>

function gunzip(bytes: Gzipped): Promise<ArrayBuffer> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Response(stream).arrayBuffer()
}
