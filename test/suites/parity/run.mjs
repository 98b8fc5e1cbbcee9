/**
 * Runs random programs on native and on our implementations and compares what script can see.
 *
 * npm run parity -- [--programs 300] [--seed 1] [--against all | chromium,firefox,node-memory,…]
 *                   [--program '{…}'] [--disputed] [--whole] [--dist dist]
 */
import { copyFile, mkdir } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { flag } from '../../kit/bundle.mjs'

const require = createRequire(import.meta.url)
const projectRoot = fileURLToPath(new URL('../../..', import.meta.url))
// Inside the tree, where packages resolve; a folder of this run's own, so that two do not write over each other.
const run = join(projectRoot, `node_modules/.cache/idb-everywhere-parity/${process.pid}`)
const root = join(run, 'pages')
process.on('exit', () => rmSync(run, { recursive: true, force: true }))

// The sources expect the engine where it lies from `src/platform/`: in the package's folder, two up.
const engine = join(run, 'node_modules/wa-sqlite/dist')
await mkdir(engine, { recursive: true })
await copyFile(require.resolve('wa-sqlite/dist/wa-sqlite.wasm'), join(engine, 'wa-sqlite.wasm'))

const common = {
  absWorkingDir: projectRoot,
  outdir: join(root, 'bundle'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  mainFields: ['module', 'main'],
  logLevel: 'warning',
}
await build({
  ...common,
  entryPoints: ['test/suites/parity/main.ts'],
  platform: 'node',
  external: ['playwright-core', 'fast-check', 'pg'],
  target: 'node20.19',
})
await build({
  ...common,
  entryPoints: ['test/suites/parity/page.ts'],
  platform: 'neutral',
  external: ['node:*', 'module', 'fs'],
  target: 'es2022',
})

// Listeners that throw are part of many programs: where nothing else takes their errors, this does.
globalThis.reportError ??= () => {}

const { main, targetNames } = await import(pathToFileURL(join(root, 'bundle/main.mjs')).href)
const program = flag('program')
const against = String(flag('against') ?? 'chromium,firefox,node-memory,node-file')
process.exitCode = await main({
  programCount: Number(flag('programs') ?? 300),
  seed: Number(flag('seed') ?? Date.now() % 1_000_000),
  targets: against === 'all' ? targetNames : against.split(','),
  program: program ? JSON.parse(program) : null,
  showDisputed: flag('disputed') !== undefined,
  shrinks: flag('whole') === undefined,
  pageRoot: root,
  dist: resolve(projectRoot, String(flag('dist') ?? 'dist')),
})
