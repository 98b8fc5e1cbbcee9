// Bundles the runner for browsers and runs it: Node 20 cannot run TypeScript as it is.
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
  entryPoints: ['wpt/browser/main.ts'],
  outfile: join(outdir, 'main.mjs'),
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
})

const { main } = await import(pathToFileURL(join(outdir, 'main.mjs')).href)
process.exitCode = await main(process.argv.slice(2), { projectRoot })
