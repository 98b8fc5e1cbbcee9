/** Where the tests come from. None of their files is part of this project. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { cacheDirectory } from '../test/kit/runtimes.ts'

/** The commit of web-platform-tests/wpt that a checkout takes. */
const pinnedCommit = 'faf875d9b84f4319ac950cd51ef03a3dcf466a7f'

/** In order of preference: the folder in the cache, and what get-wpt.sh is told to fill it. */
const sources: readonly { name: string; fetchArguments: readonly [string, ...string[]] }[] = [
  { name: `wpt-${pinnedCommit.slice(0, 8)}`, fetchArguments: ['git', pinnedCommit] },
  // Whatever commit the distribution's newest package carries: its checksum is verified, its commit noted.
  { name: 'wpt-debian', fetchArguments: ['debian'] },
]

/** A copy of the parts of web-platform-tests that the suite needs. */
export interface Suite {
  /** Absolute path of what upstream's server has as its root. */
  readonly root: string
  /** The first eight digits of upstream's commit; whatever the copy calls itself if it does not know its commit. */
  readonly commit: string
}

/**
 * Finds the tests, fetches them if need be: `WPT_DIR`, else the cache, else a checkout, else Debian's source package.
 * @throws Error if none of these works
 */
export function findSuite(projectRoot: string): Suite {
  const given = process.env['WPT_DIR']
  if (given) return openSuite(resolve(given))
  const found = sources.map(({ name }) => join(cacheDirectory(), name)).find(isComplete)
  return openSuite(found ?? fetchSuite(projectRoot))
}

function openSuite(root: string): Suite {
  if (!isComplete(root)) {
    throw new Error(
      `${root} holds no web-platform-tests: expected IndexedDB/ and resources/testharness.js in it`,
    )
  }
  return { root, commit: upstreamCommit(root).slice(0, 8) }
}

function isComplete(root: string): boolean {
  return existsSync(join(root, 'resources/testharness.js')) && existsSync(join(root, 'IndexedDB'))
}

function upstreamCommit(root: string): string {
  const note = join(root, 'UPSTREAM')
  if (existsSync(note)) return readFileSync(note, 'utf8').trim()
  if (!existsSync(join(root, '.git'))) return 'unknown'
  return execFileSync('git', ['-C', root, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
}

function fetchSuite(projectRoot: string): string {
  const script = join(projectRoot, 'wpt/get-wpt.sh')
  for (const { name, fetchArguments } of sources) {
    const root = join(cacheDirectory(), name)
    const partial = `${root}.${process.pid}`
    const [mode, ...commit] = fetchArguments
    console.error(`Fetching web-platform-tests (${mode}) into ${root}`)
    const { status } = spawnSync('bash', [script, mode, partial, ...commit], {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
    })
    // Another suite that runs beside this one may have been faster.
    const isFirst = status === 0 && isComplete(partial) && !isComplete(root)
    if (isFirst) moveUnlessThere(partial, root)
    rmSync(partial, { recursive: true, force: true })
    if (isComplete(root)) return root
  }
  throw new Error(
    'web-platform-tests cannot be had: neither a git checkout nor the source package of firefox-esr works here; ' +
      'set WPT_DIR to an existing checkout',
  )
}

/** Leaves it where it is when something has come into that place since. */
function moveUnlessThere(partial: string, root: string): void {
  try {
    renameSync(partial, root)
  } catch (error) {
    if (!isComplete(root)) throw error
  }
}

/** Every file that may be a test page of the suite, relative to `IndexedDB/`, sorted. */
export function testFiles(suite: Suite): string[] {
  return readdirSync(join(suite.root, 'IndexedDB'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(any|window|worker)\.js$|\.html?$/.test(name))
    .filter((name) => !/(^|\/)resources\//.test(name))
    .sort()
}
