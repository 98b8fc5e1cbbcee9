// Bundles the benchmark, and what it starts in each process, then runs it: Node 20 cannot run TypeScript as it is.
import { build } from 'esbuild'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url))
const questions = readdirSync(join(projectRoot, 'test/suites/bench/questions')).map((file) =>
  file.replace(/\.ts$/, ''),
)
// A folder of this run's own, so that two runs do not write over each other; inside the tree, where packages resolve.
const outdir = join(projectRoot, `node_modules/.cache/idb-everywhere-bench/${process.pid}`)
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }))

await build({
  absWorkingDir: projectRoot,
  entryPoints: [
    'test/suites/bench/main.ts',
    'test/suites/bench/first-second/main.ts',
    'test/suites/bench/warm/start.ts',
    'test/suites/bench/warm/owner-process.ts',
    ...questions.map((name) => `test/suites/bench/questions/${name}.ts`),
  ],
  outbase: 'test/suites/bench',
  outdir,
  outExtension: { '.js': '.mjs' },
  // A folder deep, as the questions are: what a module finds beside itself is then there, whether it is shared or not.
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
})

const [what, ...args] = process.argv.slice(2)
const mainOf = async (path) => (await import(pathToFileURL(join(outdir, path)).href)).main
// Its processes are new ones each time: it is no question to ask in one.
process.exitCode =
  what === 'first-second'
    ? await (
        await mainOf('first-second/main.mjs')
      )(args, projectRoot)
    : await (
        await mainOf('main.mjs')
      )(process.argv.slice(2), { projectRoot, outdir, questions })
