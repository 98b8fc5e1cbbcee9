// Bundles the runner, and what it starts in each process, then runs it: Node 20 cannot run TypeScript as it is.
import { build } from 'esbuild'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const projectRoot = fileURLToPath(new URL('..', import.meta.url))
// A folder of this run's own, so that two runs do not write over each other; inside the tree, where packages resolve.
const outdir = join(projectRoot, `node_modules/.cache/idb-everywhere-wpt/${process.pid}`)
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }))

await build({
  absWorkingDir: projectRoot,
  entryPoints: ['wpt/main.ts', 'wpt/scope/start.ts', 'wpt/scope/start-worker.ts'],
  entryNames: '[name]',
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
})

const { main } = await import(pathToFileURL(join(outdir, 'main.mjs')).href)
process.exitCode = await main(process.argv.slice(2), {
  projectRoot,
  startPath: join(outdir, 'start.mjs'),
})
