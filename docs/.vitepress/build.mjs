/**
 * Builds the site: the pages of docs/, the reference from the docstrings, and the project's own documents, into docs/.vitepress/dist.
 *
 *     npm run docs            builds it; a dead link fails
 *     npm run docs -- --serve serves what was built, at http://localhost:4173
 *
 * What it takes to build is installed into the cache when it is first needed, as package-lock.json beside this file has it, so that
 * `npm ci` of the project stays small.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { deadLinksOf } from './dead-links.mjs'
import { stagePages } from './stage.mjs'
import { writeReference } from './reference.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '../..')
const dist = join(here, 'dist')

const tools = install()
if (process.argv.includes('--serve')) serve()
else build()

function build() {
  const stage = join(tools, `site-${process.pid}`)
  try {
    stagePages({ root, stage })
    writeReference({ root, tools, stage })
    runVitepress(['build', stage, '--outDir', dist])
    const { pages, links, dead } = deadLinksOf(dist)
    for (const link of dead) console.log(`✗ ${link}`)
    console.log(`site: ${pages} pages, ${links} links within, ${dead.length} of them dead`)
    process.exitCode = dead.length === 0 && pages > 0 ? 0 : 1
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

function serve() {
  // VitePress looks for what it serves in the folder of the pages.
  const stage = join(tools, `served-${process.pid}`)
  stagePages({ root, stage })
  process.on('exit', () => rmSync(stage, { recursive: true, force: true }))
  runVitepress(['preview', stage, '--outDir', dist])
}

function runVitepress(args) {
  const command = join(tools, 'node_modules/vitepress/bin/vitepress.js')
  const { status } = spawnSync(process.execPath, [command, ...args], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`vitepress ${args[0]} has failed`)
}

/** The folder in whose `node_modules` VitePress and TypeDoc are. */
function install() {
  const lock = readFileSync(join(here, 'package-lock.json'))
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'idb-everywhere')
  const hash = createHash('sha256').update(lock).digest('hex').slice(0, 12)
  const folder = join(cache, `docs-${hash}`)
  if (existsSync(folder)) return folder
  const partial = `${folder}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  for (const name of ['package.json', 'package-lock.json'])
    cpSync(join(here, name), join(partial, name))
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: partial })
  if (existsSync(folder))
    rmSync(partial, { recursive: true }) // Another run was faster.
  else renameSync(partial, folder)
  return folder
}
