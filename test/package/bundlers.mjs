/**
 * A small program, bundled by each bundler without configuration for our sake, as ES module and as CommonJS, from the
 * packed package; the bundle runs where there is no `node_modules`. Needs a built `dist/`. Ends with a line of counts.
 */
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importBundled } from '../bundle.mjs'
import { installPacked, makeProject, run, runChecks, temporaryDirectory } from './projects.mjs'

const { installedPackage } = (await importBundled('test/runtimes.ts')).module
const source = fileURLToPath(new URL('./bundlers', import.meta.url))

/** Bundler → where it comes from, and its command lines; each writes into `out/`. */
const bundlers = [
  {
    package: 'esbuild',
    version: '0.28.2',
    commands: {
      esm: 'esbuild app.mjs --bundle --platform=node --format=esm --outfile=out/app.mjs',
      cjs: 'esbuild app.mjs --bundle --platform=node --format=cjs --outfile=out/app.cjs',
    },
  },
  {
    package: 'vite',
    version: '8.3.8',
    commands: { esm: 'vite build --config vite.config.mjs' },
  },
  {
    package: 'webpack',
    version: '5.112.2',
    companions: ['webpack-cli@7.3.1'],
    commands: {
      esm: 'webpack --config webpack.config.mjs --env format=esm',
      cjs: 'webpack --config webpack.config.mjs --env format=cjs',
    },
  },
  {
    package: 'rollup',
    version: '4.68.7',
    companions: ['@rollup/plugin-node-resolve@16.0.3'],
    commands: {
      esm: 'rollup app.mjs --plugin node-resolve={exportConditions:["node"]} --format es --dir out --entryFileNames [name].mjs',
      cjs: 'rollup app.mjs --plugin node-resolve={exportConditions:["node"]} --format cjs --dir out --entryFileNames [name].cjs',
    },
  },
]

const packages = await installPacked()
const checks = bundlers.flatMap((bundler) =>
  Object.entries(bundler.commands).map(([format, command]) => [
    `${bundler.package} ${bundler.version} bundles it as ${format}, and the bundle runs`,
    () => bundleAndRun(bundler, command),
  ]),
)
await runChecks('bundlers', checks)

async function bundleAndRun({ package: name, version, companions }, command) {
  const toolDirectory = await installedPackage(name, version, companions)
  const project = makeProject({ toolDirectory, packages, source, type: 'module' })
  try {
    const [tool, ...args] = command.split(' ')
    await run(join(toolDirectory, 'node_modules/.bin', tool), args, { cwd: project })
    await runBundle(join(project, 'out'))
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

/** Runs it from a directory of its own: what it needs must have come along. */
async function runBundle(out) {
  const directory = temporaryDirectory()
  cpSync(out, directory, { recursive: true })
  const entry = readdirSync(directory).find((name) => /^app\.[cm]js$/.test(name))
  const { output } = await run(process.execPath, [entry], { cwd: directory })
  if (output !== 'found 2 in memory, 2 on disk\n') throw new Error(`The bundle printed: ${output}`)
}
