// Bundles the tests of the demo page and runs them: Node 20 cannot run TypeScript as it is.
import { build } from 'esbuild'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startDemo } from '../../../browser-demo/serve.mjs'

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url))
// Inside the tree, where packages resolve; a folder of this run's own, so that two do not write over each other.
const outdir = join(projectRoot, `node_modules/.cache/idb-everywhere-browser-demo/${process.pid}`)
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }))

await build({
  absWorkingDir: projectRoot,
  entryPoints: ['test/suites/browser-demo/main.ts'],
  outfile: join(outdir, 'main.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
})
const { main } = await import(pathToFileURL(join(outdir, 'main.mjs')).href)
const demo = await startDemo()
try {
  process.exitCode = await main(process.argv.slice(2), demo.origin)
} finally {
  demo.close()
}
