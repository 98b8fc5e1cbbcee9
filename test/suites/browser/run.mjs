// Bundles the browser tests, and what their pages load, then runs them: Node 20 cannot run TypeScript as it is.
import { build } from 'esbuild'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url))
// Inside the tree, where packages resolve; a folder of this run's own, so that two do not write over each other.
const outdir = join(projectRoot, `node_modules/.cache/idb-everywhere-browser/${process.pid}`)
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }))

const common = {
  absWorkingDir: projectRoot,
  bundle: true,
  format: 'esm',
  logLevel: 'warning',
}
await build({
  ...common,
  entryPoints: ['test/suites/browser/main.ts'],
  outfile: join(outdir, 'main.mjs'),
  packages: 'external',
  platform: 'node',
  target: 'node20',
})
await build({
  ...common,
  entryPoints: readdirSync(join(projectRoot, 'test/suites/browser/scope'))
    .filter((name) => /-(worker|page)\.ts$/.test(name))
    .map((name) => `test/suites/browser/scope/${name}`),
  outdir: join(outdir, 'scope'),
  target: 'es2022',
})

const { main } = await import(pathToFileURL(join(outdir, 'main.mjs')).href)
process.exitCode = await main(process.argv.slice(2), {
  projectRoot,
  scopeRoot: join(outdir, 'scope'),
})
