/** The demo page, used as a person would, in each browser that is installed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { type BrowserName, browserNames, findBrowser, installCommand } from '../../kit/browsers.ts'
import { type RunningBrowser, startBrowser, startProfile } from '../../kit/browsers.ts'
import { type Scenario, Visit } from './visit.ts'
import { accessScenarios } from './access.ts'
import { storedScenarios } from './stored.ts'
import { workloadScenarios } from './workloads.ts'

const scenarios: readonly Scenario[] = [
  ...workloadScenarios,
  ...storedScenarios,
  ...accessScenarios,
]

/**
 * Runs the scenarios whose titles contain a filter word, or all; words that name browsers choose those, and `--short` a
 * few. Gives the exit code. A missing browser is a failure only where browsers are required.
 */
export async function main(words: readonly string[], origin: string): Promise<number> {
  const named = browserNames.filter((name) => words.includes(name))
  const wanted = named.length > 0 ? named : browserNames
  const isShort = words.includes('--short')
  const others = words.filter((it) => it !== '--short' && !browserNames.some((name) => name === it))
  const filter = others.join(' ')
  const chosen = scenarios.filter(
    ({ title, isInShortForm = false }) => title.includes(filter) && (isInShortForm || !isShort),
  )
  if (chosen.length === 0) throw new TypeError(`No scenario has "${filter}" in its title`)
  const found = wanted.filter((name) => findBrowser(name) !== null)
  const missing = wanted.filter((name) => findBrowser(name) === null)
  const passed: Record<string, number> = {}
  for (const name of found) passed[name] = await testBrowser(name, origin, chosen)

  const total = Object.values(passed).reduce((sum, count) => sum + count, 0)
  const each = found.map((name) => `${name} ${passed[name]}/${chosen.length}`).join(', ')
  const notRun = missing.length * chosen.length
  const reason = missing.length > 0 ? ` (no ${missing.join(', ')}: ${installCommand})` : ''
  console.log(
    `browser-demo: ${total}/${found.length * chosen.length} scenarios pass${each && ` (${each})`}, ${notRun} not run${reason}`,
  )
  const isRequired = process.env['IDB_TEST_BROWSERS'] === 'required'
  const hasFailed = total < found.length * chosen.length
  return hasFailed || (isRequired && missing.length > 0) ? 1 : 0
}

/** Gives the number of scenarios that pass. */
async function testBrowser(
  name: BrowserName,
  origin: string,
  chosen: readonly Scenario[],
): Promise<number> {
  const browser = await startBrowser(name)
  let passed = 0
  try {
    for (const scenario of chosen) {
      const error = await errorOf(browser, origin, scenario)
      if (error === null) passed++
      else console.log(`✗ ${browser.label}: ${scenario.title}\n  ${error}`)
    }
  } finally {
    await browser.close()
  }
  return passed
}

/** A scenario that takes longer hangs: some calls of Playwright, such as `evaluate()`, have no limit of their own. */
const longestMs = 600_000

/** Runs a scenario with a profile of its own; null: it passes. An error that the page itself reports is a failure too. */
async function errorOf(
  browser: RunningBrowser,
  origin: string,
  { run, firefoxPreferences }: Scenario,
): Promise<string | null> {
  const context =
    browser.name === 'firefox' && firefoxPreferences
      ? await startFirefoxWith(firefoxPreferences)
      : await browser.newContext()
  try {
    const visit = await Visit.begin(context, origin)
    await within(longestMs, run(visit))
    return visit.pageErrors.length === 0 ? null : `The page failed: ${visit.pageErrors.join('; ')}`
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  } finally {
    await context.close()
  }
}

/** The outcome of `work`. @throws Error when it has none in time */
async function within(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No end after ${limitMs} ms`)), limitMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A Firefox of its own, which reads these preferences from its profile. */
async function startFirefoxWith(
  preferences: Readonly<Record<string, number>>,
): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), 'idb-everywhere-demo-'))
  process.on('exit', () => rmSync(profile, { recursive: true, force: true }))
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${value});\n`,
  )
  writeFileSync(join(profile, 'prefs.js'), lines.join(''))
  return startProfile('firefox', profile)
}
