/** Pages and workers of browsers: the worker's script lies beside this module. */
import { browserPlatformWith } from './any-browser.ts'
import { loadEngineBeside } from './engine-beside.ts'
import { lateThreads } from '../hosting/late/late-threads.ts'
import type { Platform } from '../hosting/platform.ts'
import { simulatedPage } from './simulated-page.ts'
import { startTrusted } from '../options/trusted-worker.ts'

const realPage = browserPlatformWith({
  loadWasm: loadEngineBeside,
  // In the form that bundlers recognize: they put the script elsewhere.
  startWorker: () =>
    startTrusted(() => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })),
  canWorkerLoadWasm: true,
  threads: lateThreads(async () => (await import('../hosting/in-thread.ts')).threadsOf),
})

export const platform: Platform = simulatedPage(realPage) ?? realPage
