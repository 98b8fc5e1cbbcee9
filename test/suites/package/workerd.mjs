/**
 * The package as packed in workerd, the runtime of Cloudflare Workers: databases in memory, the engine given by the option `wasm`.
 *
 * `node test/suites/package/workerd.mjs`. Needs a built `dist/`; gets miniflare from npm once. Ends with a line of counts.
 */
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { importBundled } from '../../kit/bundle.mjs'
import { installPacked, run, runChecks } from './projects.mjs'

const { installedPackage, runtimeCommand } = (await importBundled('test/kit/runtimes.ts')).module

/** Path → what it answers. */
const expected = {
  records: ['complete', [1, 2], [1, 2]],
  again: 2,
  microtasks: ['complete', 'TransactionInactiveError', 3],
  listeners: ['a', 'after a', 'b', 'after b'],
  types: { errors: [], enough: true },
  leave: 'answered',
  'after leaving': ['complete', 101, 2],
}

const packages = await installPacked()
const packagePath = packages['idb-everywhere']
const project = join(packagePath, '../..')
const sources = [
  'workerd/program.mjs',
  'workerd/serve.mjs',
  '../matrix/every-type.mjs',
  '../matrix/values.mjs',
]
for (const source of sources) {
  cpSync(fileURLToPath(new URL(source, import.meta.url)), join(project, basename(source)))
}
const program = join(project, 'bundled.mjs')
await build({
  entryPoints: [join(project, 'program.mjs')],
  outfile: program,
  bundle: true,
  format: 'esm',
  conditions: ['workerd', 'worker', 'browser'],
  plugins: [engineIsAModule()],
  logLevel: 'warning',
})

const node = await runtimeCommand('node@24')
const miniflare = await installedPackage('miniflare', '4.20260730.0')
const script = join(project, 'serve.mjs')
const engine = join(packagePath, 'dist/wa-sqlite.wasm')
const paths = [...Object.keys(expected), 'without the engine']
const [command, ...before] = node
const { output } = await run(command, [...before, script, miniflare, program, engine, ...paths], {
  cwd: miniflare,
})

const checks = output
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .flatMap(({ flags, answers }) => {
    const title = (path) => `${path}, ${flags.join() || 'no flags'}`
    return [
      ...Object.entries(expected).map(([path, answer]) => [
        title(path),
        () => assert.deepEqual(answers[path], answer),
      ]),
      [
        title('without the engine'),
        () => assert.match(answers['without the engine'], /^UnknownError: .*option "wasm"/),
      ],
    ]
  })
await runChecks('workerd', checks)

/** As the bundler of Cloudflare's tools does it: the file becomes a module of its own, compiled. */
function engineIsAModule() {
  return {
    name: 'engine-is-a-module',
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm$/ }, () => ({ path: './wa-sqlite.wasm', external: true }))
    },
  }
}
