/**
 * A small program, bundled by each bundler without configuration for our sake, as ES module and as CommonJS, from the
 * packed package; the bundle runs where there is no `node_modules`. Needs a built `dist/`. Ends with a line of counts.
 */
import { cpSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importBundled } from '../../kit/bundle.mjs'
import { installPacked, makeProject, run, runChecks, temporaryDirectory } from './projects.mjs'

const { installedPackage } = (await importBundled('test/kit/runtimes.ts')).module
const source = fileURLToPath(new URL('./bundlers', import.meta.url))

/** Bundler → where it comes from, and its command lines for programs and for pages; each writes into `out/`. */
const bundlers = [
  {
    package: 'esbuild',
    version: '0.28.2',
    commands: {
      esm: 'esbuild app.mjs --bundle --platform=node --format=esm --outfile=out/app.mjs',
      cjs: 'esbuild app.mjs --bundle --platform=node --format=cjs --outfile=out/app.cjs',
    },
    pages: {
      import: 'esbuild page.mjs --bundle --format=esm --outfile=out/page.js',
      'import, with a condition of its own':
        'esbuild page.mjs --bundle --conditions=svelte --outfile=out/page.js',
      'require()': 'esbuild page.cjs --bundle --outfile=out/page.js',
    },
  },
  {
    package: 'vite',
    version: '8.3.8',
    commands: { esm: 'vite build --config vite.config.mjs' },
    pages: {
      import: 'PAGE=page.mjs vite build --config vite.page.config.mjs',
      'require()': 'PAGE=page.cjs vite build --config vite.page.config.mjs',
    },
  },
  {
    package: 'webpack',
    version: '5.112.2',
    companions: ['webpack-cli@7.3.1'],
    commands: {
      esm: 'webpack --config webpack.config.mjs --env format=esm',
      cjs: 'webpack --config webpack.config.mjs --env format=cjs',
    },
    pages: {
      import: 'webpack --config webpack.page.config.mjs --env page=page.mjs',
      'require()': 'webpack --config webpack.page.config.mjs --env page=page.cjs',
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
    pages: { import: 'rollup page.mjs --plugin node-resolve={browser:true} --format es --dir out' },
  },
]

const packages = await installPacked()
const checks = bundlers.flatMap((bundler) => [
  ...Object.entries(bundler.commands).map(([format, command]) => [
    `${bundler.package} ${bundler.version} bundles it as ${format}, and the bundle runs`,
    () => bundle(bundler, command, runBundle),
  ]),
  ...Object.entries(bundler.pages).map(([way, command]) => [
    `${bundler.package} ${bundler.version} gives a page the build for pages by ${way}`,
    () => bundle(bundler, command, checkPage),
  ]),
])
await runChecks('bundlers', checks)

/** `command` may begin with a variable of the environment. */
async function bundle({ package: name, version, companions }, command, check) {
  const toolDirectory = await installedPackage(name, version, companions)
  const project = makeProject({ toolDirectory, packages, source, type: 'module' })
  try {
    const [, variable, value, line] = command.match(/^(?:(\w+)=(\S+) )?(.*)$/)
    const [tool, ...args] = line.split(' ')
    const env = variable ? { [variable]: value } : {}
    await run(join(toolDirectory, 'node_modules/.bin', tool), args, { cwd: project, env })
    await check(join(project, 'out'))
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

/** It opens files as a page does, and has nothing of what only Node can do. */
function checkPage(out) {
  const names = readdirSync(out, { recursive: true }).filter((name) => name.endsWith('.js'))
  const text = names.map((name) => readFileSync(join(out, name), 'utf8')).join('\n')
  if (!text.includes('getDirectory')) throw new Error(`No script uses OPFS: ${names.join(', ')}`)
  const found = text.match(/(?:from|import|require)\s*\(?\s*["'`]node:\w+|owner\.json|fdatasync/)
  if (found) throw new Error(`A page's script has ${found[0]}`)
}

/** Runs it from a directory of its own: what it needs must have come along. */
async function runBundle(out) {
  const directory = temporaryDirectory()
  cpSync(out, directory, { recursive: true })
  const entry = readdirSync(directory).find((name) => /^app\.[cm]js$/.test(name))
  const { output } = await run(process.execPath, [entry], { cwd: directory })
  if (output !== 'found 2 in memory, 2 on disk\n') throw new Error(`The bundle printed: ${output}`)
}
