// Bundles the benchmark for browsers, and what its pages load, then runs it: Node 20 cannot run TypeScript as it is.
import { build } from 'esbuild'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url))
// A folder of this run's own, so that two runs do not write over each other; inside the tree, where packages resolve.
const outdir = join(projectRoot, `node_modules/.cache/idb-everywhere-bench/${process.pid}`)
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }))

const common = {
  absWorkingDir: projectRoot,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  logLevel: 'warning',
}
await build({
  ...common,
  entryPoints: {
    main: 'test/suites/bench/browser/main.ts',
    'first-second': 'test/suites/bench/first-second/pages/main.ts',
  },
  outdir,
  packages: 'external',
  platform: 'node',
  target: 'node20',
})
await build({
  ...common,
  entryPoints: ['page', 'echo-worker'].map((name) => `test/suites/bench/browser/${name}.ts`),
  outdir: join(outdir, 'pages'),
  platform: 'browser',
  target: 'es2022',
})

const [what, ...args] = process.argv.slice(2)
const mainOf = async (name) => (await import(pathToFileURL(join(outdir, `${name}.mjs`)).href)).main
if (what === 'first-second') {
  process.exitCode = await (await mainOf('first-second'))(args, projectRoot)
} else {
  process.exitCode = await (
    await mainOf('main')
  )(process.argv.slice(2), {
    projectRoot,
    pageRoot: join(outdir, 'pages'),
    dist: join(projectRoot, 'dist'),
  })
}
