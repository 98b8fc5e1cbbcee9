/** The page that a test runner simulates in Node. */
import type { Platform } from '../hosting/platform.ts'

/**
 * The platform of a page that is none: it asks for the build for browsers where its tests are ES modules, but has neither
 * OPFS nor workers. It gets what Node has, without which a page's script must do. Null anywhere else.
 */
export function simulatedPage(): Platform | null {
  // Engine: a page in Electron may have Node's modules, too, and so has workerd, which is no page.
  const isPage = 'document' in globalThis && !('FileSystemFileHandle' in globalThis)
  const module = isPage && globalThis.process?.getBuiltinModule?.('node:module')
  if (!module) return null
  // A name that bundlers do not take for theirs: there is nothing to bundle.
  const load = module.createRequire(import.meta.url)
  const { platform } = load('./platform-node.cjs') as { platform: Platform } // Built beside this file.
  return {
    ...platform,
    environment: (name) => globalThis.process.env[name],
    // Each simulated page ends with its test file, and so do its databases.
    shared: globalThis,
  }
}
