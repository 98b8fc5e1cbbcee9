/** The page that a test runner simulates in Node. */
import type { Platform } from '../hosting/platform.ts'

/**
 * The platform for such a page, which hosts as that build does: where its tests are ES modules it gets the build for browsers, but it has neither OPFS nor
 * workers, so it is given Node's platform. Null anywhere else.
 */
export function simulatedPage({ threads }: Pick<Platform, 'threads'>): Platform | null {
  // Engine: a page in Electron may have Node's modules, too, and so has workerd, which is no page.
  const isPage = 'document' in globalThis && !('FileSystemFileHandle' in globalThis)
  const module = isPage && globalThis.process?.getBuiltinModule?.('node:module')
  if (!module) return null
  // Not called `require`, which bundlers would follow: there is nothing to bundle.
  const load = module.createRequire(import.meta.url)
  const { platform } = load('./platform-node.cjs') as { platform: Platform } // Built beside this file.
  return {
    ...platform,
    // Of this build: the classes are the same.
    threads,
    environment: (name) => globalThis.process.env[name],
    // Each simulated page ends with its test file, and so do its databases.
    shared: globalThis,
  }
}
