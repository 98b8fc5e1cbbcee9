/**
 * Tabs, frames and workers that share databases: the same cases on the browser's own implementation and on ours.
 *
 * node test/suites/tabs/run.mjs [chromium] [firefox] [--few] [--long] [--only TEXT] [--on native,ours] [--repeats N] [--verbose]
 *   [--parts cases,failover,special] [--endings close,reload,navigate,terminate,terminateNext,crash,kill] [--rounds N] [--tabs N]
 *   [--specials together,stopped,cleared] [--fault lost|torn|told|hang] [--dist DIR]
 *   [--options '{"ifLocked":"share"}']
 */
import { build } from 'esbuild'
import { rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { flag } from '../../kit/bundle.mjs'

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url))
const dist = resolve(projectRoot, String(flag('dist') ?? 'dist'))
// Inside the tree, where packages resolve; a folder of this run's own, so that two do not write over each other.
const outdir = join(projectRoot, `node_modules/.cache/idb-everywhere-tabs/${process.pid}`)
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }))

const common = { absWorkingDir: projectRoot, bundle: true, logLevel: 'error' }
await build({
  ...common,
  entryPoints: ['test/suites/tabs/main.ts'],
  outfile: join(outdir, 'main.mjs'),
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
})
await writeScripts(String(flag('options') ?? '{"ifLocked":"share"}'))

const { main } = await import(pathToFileURL(join(outdir, 'main.mjs')).href)
process.exitCode = await main(process.argv.slice(2), { dist, scopeRoot: join(outdir, 'scope') })

/** A classic script for each implementation, since service workers import nothing, and a page that loads it. */
async function writeScripts(options) {
  const context = await script({ entryPoints: ['test/suites/tabs/scope/context.ts'] })
  const ours = await script({
    stdin: {
      contents: `
        import { install } from './index-browser.js'
        import { opfs } from './vfs-opfs-browser.js'
        const warnings = (globalThis.warnings = [])
        const onWarning = ({ message }) => warnings.push(message)
        install({ force: true, vfs: opfs(), onWarning, ...${options} })`,
      resolveDir: dist,
    },
    define: { 'import.meta.url': 'importMetaUrl' },
  })
  const builtAt = `const importMetaUrl = new URL('/dist/index-browser.js', location.href).href;`
  await mkdir(join(outdir, 'scope'))
  await writePage('native', context)
  await writePage('elsewhere', '')
  await writePage('ours', `{\n${builtAt}\n${ours}}\n${context}`)
}

async function script(options) {
  const { outputFiles } = await build({
    ...common,
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
