/**
 * Tabs, frames and workers that share databases: the same cases on the browser's own implementation and on ours.
 *
 * node test/suites/tabs/run.mjs [chromium] [firefox] [--few] [--long] [--only TEXT] [--on native,ours] [--repeats N] [--verbose]
 *   [--parts cases,failover,special] [--endings close,reload,navigate,terminate,terminateNext,crash,kill] [--rounds N] [--tabs N]
 *   [--specials together,stopped,cleared] [--fault lost|torn|told|hang] [--dist DIR]
 *   [--options '{"ifLocked":"share"}']
 */
import { build } from 'esbuild'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { flag } from '../../kit/bundle.mjs'
import { bundling, projectRoot, runSuite, suiteFolder } from '../../kit/playwright-suite.mjs'

const dist = resolve(projectRoot, String(flag('dist') ?? 'dist'))
const outdir = suiteFolder('tabs')
await writeScripts(String(flag('options') ?? '{"ifLocked":"share"}'))

await runSuite('test/suites/tabs/main.ts', outdir, { dist, scopeRoot: join(outdir, 'scope') })

/** A classic script for each implementation, since service workers import nothing, and a page that loads it. */
async function writeScripts(options) {
  const context = await script({ entryPoints: ['test/suites/tabs/scope/context.ts'] })
  const ours = await script({
    stdin: {
      contents: `
        import { install } from './index-browser.js'
        import { opfs } from './vfs-opfs.js'
        const warnings = (globalThis.warnings = [])
        const onWarning = ({ message }) => warnings.push(message)
        install({ force: true, vfs: opfs(), onWarning, ...${options} })`,
      resolveDir: dist,
    },
    define: { 'import.meta.url': 'importMetaUrl' },
  })
  const builtAt = `const importMetaUrl = new URL('/dist/index-browser.js', location.href).href;`
  await mkdir(join(outdir, 'scope'), { recursive: true })
  await writePage('native', context)
  await writePage('elsewhere', '')
  await writePage('ours', `{\n${builtAt}\n${ours}}\n${context}`)
}

async function script(options) {
  const { outputFiles } = await build({
    ...bundling,
    ...options,
    write: false,
    format: 'iife',
    target: 'es2022',
  })
  return outputFiles[0].text
}

async function writePage(name, text) {
  const page = `<!doctype html><title>${name}</title><body><script src="/scope/${name}.js"></script>`
  await writeFile(join(outdir, `scope/${name}.js`), text)
  await writeFile(join(outdir, `scope/${name}.html`), page)
}
