/** Makes the script that installs this package, as built, in a page or worker. */
import { build } from 'esbuild'

/** Those for browsers. */
export type BrowserVfsName = 'memory' | 'opfs'

/**
 * A classic script over the package built in `dist`: it has to have run before the next one of the page. What it loads
 * itself comes from `/dist/` of the same server.
 */
export async function implementationScript(
  dist: string,
  vfs: BrowserVfsName,
  ifLocked: 'wait' | 'share',
): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { install } from './index-browser.js'
        import { ${vfs} } from './vfs-${vfs}.js'
        install({ force: true, vfs: ${vfs}(), ifLocked: '${ifLocked}' })`,
      resolveDir: dist,
    },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: `const importMetaUrl = new URL('/dist/index-browser.js', location.href).href;` },
    // It warns that some chunks have no side effects, which is true.
    logLevel: 'error',
  })
  const [script] = outputFiles
  if (!script) throw new Error('unreachable: esbuild made no file')
  // A block: its constant is no business of the page's.
  return `{\n${script.text}}`
}
