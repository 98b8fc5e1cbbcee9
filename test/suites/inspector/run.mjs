/**
 * Uses the inspector as a person would, in each browser that is installed, and as those would who may not. Needs a built
 * `dist/`. `--million` measures it on a million records instead, and `--postgres` uses it on a PostgreSQL server. Words choose the checks whose titles contain them.
 */
import { build } from 'esbuild'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url))
// Inside the tree, where packages resolve; a folder of this run's own, so that two do not write over each other.
const outdir = join(projectRoot, `node_modules/.cache/idb-everywhere-inspector/${process.pid}`)
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }))

await build({
  absWorkingDir: projectRoot,
  entryPoints: ['test/suites/inspector/main.ts'],
  outfile: join(outdir, 'main.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
})
const load = (path) => import(pathToFileURL(path).href)
const dist = join(projectRoot, 'dist')
const { main } = await load(join(outdir, 'main.mjs'))
process.exitCode = await main(process.argv.slice(2), {
  dist,
  library: await load(join(dist, 'index.js')),
  postgres: (await load(join(dist, 'postgres.js'))).postgres,
  serveInspector: (await load(join(dist, 'inspector-server.js'))).serveInspector,
  axePath: createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
})
