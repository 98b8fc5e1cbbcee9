/** Pages and workers of browsers, all in one file: nothing is fetched. */
import { gunzipSync } from 'fflate'
import { gzippedWorker } from 'inlined:worker'
import { browserPlatformWith } from './any-browser.ts'
import { gzippedBase64 } from './engine-gzip.ts'
import { threadsOf } from '../hosting/in-thread.ts'
import type { Platform } from '../hosting/platform.ts'
import { startTrusted } from '../options/trusted-worker.ts'

export const platform: Platform = browserPlatformWith({
  loadWasm: async () => WebAssembly.compile(await gunzip(bytesOf(gzippedBase64))),
  startWorker() {
    // At once: a worker that comes later would have to be stood in for until then.
    const script = gunzipSync(bytesOf(gzippedWorker))
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
    const worker = startTrusted(() => new Worker(url, { type: 'module' }))
    // Its first message says that it has loaded, and the URL is not needed any more.
    worker.addEventListener('message', () => URL.revokeObjectURL(url), { once: true })
    return worker
  },
  canWorkerLoadWasm: false,
  threads: threadsOf,
})

/** `Uint8Array.fromBase64` is too new. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Response(stream).arrayBuffer()
}
