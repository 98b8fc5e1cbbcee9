import { mkdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { ScopeOptions } from './options.ts'

/**
 * Loads an implementation while the global is still the runtime's own, so that what it finds out about its platform
 * is true. The function given back puts it on the global.
 */
export async function installImplementation(options: ScopeOptions): Promise<() => void> {
  const { implementation, storagePath } = options
  switch (implementation.name) {
    case 'ours': {
      const { install } = await import(implementation.entry)
      const { memory, nodeFs } = await import(implementation.vfsEntry)
      const vfs = memory ? memory() : nodeFs()
      return () => install({ force: true, path: storagePath, vfs })
    }
    case 'ours-on-postgres': {
      const { install } = await import(implementation.entry)
      const { installPostgres, postgres } = await import(implementation.remoteEntry)
      const { connectionString } = implementation
      // The page's own; its workers find it there.
      const schema = basename(dirname(storagePath))
      await installPostgres({ connectionString, schema })
      return () => install({ force: true, host: postgres({ connectionString, schema }) })
    }
    case 'fake-indexeddb': {
      if (implementation.errorsEntry) repairErrors(await import(implementation.errorsEntry))
      await import(implementation.entry)
      return () => {}
    }
    case 'indexeddbshim': {
      const { default: setGlobalVars } = await import(implementation.entry)
      mkdirSync(storagePath, { recursive: true })
      // Of its settings, those that score best.
      const settings = { checkOrigin: false, fullIDLSupport: true, databaseBasePath: storagePath }
      return () => setGlobalVars(globalThis, settings)
    }
  }
}

/** Its errors are subclasses of DOMException, which assert_throws_dom() refuses: with this they name it as theirs. */
function repairErrors(errors: Record<string, unknown>): void {
  for (const error of Object.values(errors)) {
    if (typeof error === 'function' && error.prototype instanceof DOMException) {
      error.prototype.constructor = DOMException
    }
  }
}
