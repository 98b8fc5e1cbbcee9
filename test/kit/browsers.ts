/** The browsers that the suites run in: those of the system's own packages, driven by Playwright. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type LaunchOptions, chromium, firefox } from 'playwright-core'

export const browserNames = ['chromium', 'firefox'] as const
export type BrowserName = (typeof browserNames)[number]

/** How to get them. */
export const installCommand = 'apt-get install chromium firefox-esr'

/** Names under which systems install them, the preferred first; an environment variable such as CHROMIUM_PATH goes before. */
const executables: Readonly<Record<BrowserName, readonly string[]>> = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  firefox: ['firefox-esr', 'firefox'],
}

/** The path of the browser's program; null when it is not installed. */
export function findBrowser(name: BrowserName): string | null {
  const given = process.env[`${name.toUpperCase()}_PATH`]
  if (given) return given
  const folders = (process.env['PATH'] ?? '').split(':')
  const paths = executables[name].flatMap((program) => folders.map((it) => join(it, program)))
  return paths.find((path) => existsSync(path)) ?? null
}

/** Those of the names that are here, and how many are not; no name: of all. */
export function browsersHere(named: readonly string[]): { found: BrowserName[]; missing: number } {
  const wanted = browserNames.filter((it) => named.length === 0 || named.includes(it))
  const found = wanted.filter((name) => findBrowser(name) !== null)
  return { found, missing: wanted.length - found.length }
}

/** A running browser. */
export interface RunningBrowser {
  readonly name: BrowserName
  /** Name and version, as tables show it. */
  readonly label: string
  /** Storage of its own, empty, gone when the context is closed. */
  newContext(): Promise<BrowserContext>
  close(): Promise<void>
}

/** As users have it, and not as Playwright starts it by default. */
export interface AsUsersHaveIt {
  /** With the back/forward cache, which Playwright takes from Chromium. */
  readonly keepsPages?: boolean
  /** It goes on when a process of pages has died, with which Playwright has Firefox end. */
  readonly survivesPages?: boolean
}

/** @throws Error when the browser is not installed */
export async function startBrowser(
  name: BrowserName,
  { keepsPages = false, survivesPages = false }: AsUsersHaveIt = {},
): Promise<RunningBrowser> {
  const options = launchOptions(name)
  const survivor = survivesPages && name === 'firefox' ? await survivorOf(options) : null
  const browser = await typeOf(name).launch({
    ...options,
    ...(survivor && { executablePath: survivor.path }),
    ...(keepsPages && { ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
  })
  return {
    name,
    label: `${name}${browser.version().split('.')[0]}`,
    newContext: () => browser.newContext(),
    async close() {
      await browser.close()
      await survivor?.remove()
    },
  }
}

/** A script that starts Firefox without the variable that has it end with a page: Playwright adds that to any environment. */
async function survivorOf({
  executablePath,
}: LaunchOptions): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'idb-everywhere-firefox-'))
  const path = join(folder, 'firefox.sh')
  const script = `#!/bin/sh\nunset MOZ_CRASHREPORTER_SHUTDOWN\nexec '${executablePath}' "$@"\n`
  await writeFile(path, script, { mode: 0o755 })
  return { path, remove: () => rm(folder, { recursive: true }) }
}

/** A browser whose storage lies in `profile` and outlives it; closing the context ends it. */
export function startProfile(
  name: BrowserName,
  profile: string,
  { args = [] }: { args?: readonly string[] } = {},
): Promise<BrowserContext> {
  const options = launchOptions(name)
  return typeOf(name).launchPersistentContext(profile, {
    ...options,
    args: [...(options.args ?? []), ...args],
  })
}

/** A browser with a profile on disk that goes with it. */
export interface ThrowawayBrowser {
  readonly context: BrowserContext
  close(): Promise<void>
}

/** `parent`: the folder of the profile's. The system's own, for temporary files, may lie in memory. */
export async function startThrowaway(
  name: BrowserName,
  { args, parent = tmpdir() }: { args: readonly string[]; parent?: string },
): Promise<ThrowawayBrowser> {
  const profile = await mkdtemp(join(parent, 'idb-everywhere-profile-'))
  const context = await startProfile(name, profile, { args })
  return {
    context,
    async close() {
      await context.close()
      await rm(profile, { recursive: true, maxRetries: 3 })
    },
  }
}

function typeOf(name: BrowserName): typeof chromium {
  return name === 'chromium' ? chromium : firefox
}

/** The arguments that make Chromium keep IndexedDB in one of its two stores, which they do for storage on disk only. */
export const chromiumStores = {
  leveldb: ['--disable-features=Translate,IdbSqliteBackingStore'],
  sqlite: ['--enable-features=IdbSqliteBackingStore'],
} as const

/** No sandbox: it needs what containers do not give, and the pages are this project's own. */
const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // In place of Playwright's list, which changes how Chromium keeps the storage of sites apart.
  '--disable-features=Translate',
]

/** On a machine with much else to do, Firefox has taken more than three minutes. */
const launchMs = 600_000

function launchOptions(name: BrowserName): LaunchOptions {
  const executablePath = findBrowser(name)
  if (!executablePath) throw new Error(`There is no ${name} here; get it by: ${installCommand}`)
  if (name === 'chromium')
    return { executablePath, headless: true, timeout: launchMs, args: chromiumArguments }
  return { executablePath, headless: true, timeout: launchMs, channel: 'moz-firefox' }
}
