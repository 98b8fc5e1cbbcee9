/**
 * Every type of value that script can have, on every platform: what our database gives back for an instance is compared,
 * class by class, property by property and attribute by attribute, with what the platform's own clone gives; in browsers
 * that is their own IndexedDB.
 *
 * `node test/suites/types/run.mjs [--on node,node@24,bun,deno,chromium,firefox,jsdom@26.1.0,happy-dom@20.14.5] [--verbose]`
 * Needs a built `dist/`. `--verbose` shows what is explained, too, and the classes that no instance was found of.
 */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { build } from 'esbuild'
import { importBundled } from '../../kit/bundle.mjs'
import { explanations } from './explained.mjs'

const { installedPackage, runtimeCommand } = (await importBundled('test/kit/runtimes.ts')).module
const built = (name) => new URL(`../../../dist/${name}.js`, import.meta.url).href
const root = fileURLToPath(new URL('../../..', import.meta.url))
const here = (name) => fileURLToPath(new URL(name, import.meta.url))

const { values } = parseArgs({
  options: {
    on: { type: 'string', default: 'node' },
    verbose: { type: 'boolean', default: false },
  },
})
const platforms = values.on.split(',')
const browsers = platforms.filter((name) => name === 'chromium' || name === 'firefox')
const used = new Set()
let failures = 0
let rowCount = 0

const output = new Table({
  head: [
    '',
    'instances',
    'cloned alike',
    'refused alike',
    'explained',
    'wrong',
    'without instance',
  ],
  style: { head: [], border: [] },
})
for (const platform of platforms) report(platform, await tableOf(platform))
console.log(output.toString())
console.log(
  `types: ${rowCount} instances on ${platforms.length} platforms, ${used.size} explanations used, ${failures} findings`,
)
process.exitCode = failures === 0 && rowCount > 0 ? 0 : 1

function report(platform, { rows, missing }) {
  const counts = { cloned: 0, refused: 0, explained: 0, wrong: 0 }
  const isRuntime = /^(node|bun|deno)/.test(platform)
  for (const row of rows) {
    const kind = kindOf({ ...row, isRuntime })
    counts[kind]++
    if (kind === 'wrong' || (values.verbose && kind === 'explained')) show(platform, kind, row)
  }
  if (values.verbose) console.log(`${platform}: no instance of ${missing.join(' ')}`)
  rowCount += rows.length
  failures += counts.wrong + (rows.length === 0 ? 1 : 0)
  output.push([platform, rows.length, ...Object.values(counts), missing.length])
}

function kindOf(row) {
  if (row.native === row.ours && row.differences.length === 0)
    return row.ours === 'cloned' ? 'cloned' : 'refused'
  const explanation = explanations.find((it) => it.explains(row))
  if (explanation) used.add(explanation)
  return explanation ? 'explained' : 'wrong'
}

function show(platform, kind, { title, original, native, cloneClass, ours, message, differences }) {
  console.log(`${kind === 'wrong' ? 'FAIL' : '    '}  ${platform}: ${title}, ${original}`)
  console.log(`      natively ${native} ${cloneClass ?? ''}, ours ${ours} ${message ?? ''}`)
  for (const line of differences.slice(0, 8)) console.log(`      ${line}`)
}

async function tableOf(platform) {
  if (browsers.includes(platform)) return tableOfBrowser(platform)
  const [library, version] = platform.split('@')
  if (library === 'jsdom' || library === 'happy-dom') {
    const directory = await installedPackage(library, version)
    const isNew = library === 'jsdom' && parseInt(version) > 26 // needs what Node 20 lacks
    return run(await runtimeCommand(isNew ? 'node@26' : 'node'), [
      here('./simulated.mjs'),
      built('index'),
      built('vfs-memory'),
      directory,
      library,
    ])
  }
  return run(await runtimeCommand(platform), [
    here('./program.mjs'),
    built('index'),
    built('vfs-memory'),
  ])
}

async function tableOfBrowser(name) {
  const { startBrowser, startServer } = await browserModules()
  const server = await startServer({ '/dist/': join(root, 'dist'), '/types/': here('.') })
  const browser = await startBrowser(name)
  try {
    const page = await (await browser.newContext()).newPage()
    page.setDefaultTimeout(300_000)
    await page.goto(`${server.origin}/`)
    await page.addScriptTag({ url: '/types/page.mjs', type: 'module' })
    await page.waitForFunction('typeof compareInPage === "function"')
    const entries = { entry: '/dist/index-browser.js', memoryEntry: '/dist/vfs-memory.js' }
    return JSON.parse(await page.evaluate((given) => globalThis.compareInPage(given), entries))
  } finally {
    await browser.close()
    server.close()
  }
}

/** Only where they are needed: the browsers' driver resolves inside the tree alone. */
async function browserModules() {
  const outdir = join(root, `node_modules/.cache/idb-everywhere-types/${process.pid}`)
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }))
  await build({
    absWorkingDir: root,
    entryPoints: ['test/kit/browsers.ts', 'test/kit/page-server.ts'],
    outbase: 'test/kit',
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  })
  const load = (name) => import(pathToFileURL(join(outdir, name)).href)
  return { ...(await load('browsers.mjs')), ...(await load('page-server.mjs')) }
}

function run([command, ...before], args) {
  const child = spawn(command, [...before, ...args], { env: { ...process.env, NO_COLOR: '1' } })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => {
      const line = output.match(/^RESULT (.*)$/m)
      if (line) resolve(JSON.parse(line[1]))
      else reject(new Error(`${command} gave no table: ${output.slice(-1000)}`))
    })
  })
}
