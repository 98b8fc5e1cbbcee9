/** Runs the cases in each browser that is installed, and ends with a line of counts. */
import { parseArgs } from 'node:util'
import {
  type BrowserName,
  browsersHere,
  type RunningBrowser,
  installCommand,
  startBrowser,
} from '../../kit/browsers.ts'
import { startServer } from '../../kit/page-server.ts'
import { allCases, fewCases, shortCases } from './cases/all.ts'
import type { Case } from './cases/case.ts'
import { type CaseOptions, type Verdict, patienceMs, runAlone, runCase } from './run-cases.ts'
import { type EndingName, endingNames } from './failover/endings.ts'
import type { FleetOptions } from './failover/fleet.ts'
import { describeOutcome, isFaultless, runRounds } from './failover/rounds.ts'
import { type SpecialName, specialNames, specials } from './failover/special.ts'
import { PagePool } from './page-pool.ts'
import type { ImplementationName } from './scene.ts'
import { type Fault, faultNames } from './scope/load.ts'

/** Paths that only the launcher knows. */
export interface Places {
  /** The folder of the built package. */
  readonly dist: string
  /** The folder of what pages and workers load. */
  readonly scopeRoot: string
}

const optionTypes = {
  few: { type: 'boolean', default: false },
  long: { type: 'boolean', default: false },
  only: { type: 'string', default: '' },
  on: { type: 'string', default: 'native,ours' },
  repeats: { type: 'string', default: '1' },
  dist: { type: 'string', default: 'dist' },
  options: { type: 'string', default: '{}' },
  verbose: { type: 'boolean', default: false },
  parts: { type: 'string', default: 'cases,failover' },
  specials: { type: 'string', default: specialNames.join(',') },
  endings: { type: 'string', default: 'close,terminate' },
  rounds: { type: 'string', default: '2' },
  tabs: { type: 'string', default: '3' },
  lines: { type: 'string', default: '2' },
  'pause-ms': { type: 'string', default: '40' },
  fault: { type: 'string' },
} as const

/** Gives the exit code: 0 if all passes, 1 if not. A missing browser is a failure only where they are required. */
export async function main(args: readonly string[], places: Places): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: optionTypes,
  })
  const { found, missing } = browsersHere(positionals)
  const server = await startServer({ '/dist/': places.dist, '/scope/': places.scopeRoot })
  try {
    const verdicts: Verdict[] = []
    for (const name of found) verdicts.push(...(await runInBrowser(name, values, server.origin)))
    return report(verdicts, found, missing)
  } finally {
    server.close()
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof optionTypes }>>['values']

const implementationNames: readonly ImplementationName[] = ['native', 'ours']

async function runInBrowser(name: BrowserName, values: Values, origin: string): Promise<Verdict[]> {
  const browser = await startBrowser(name, { keepsPages: true, survivesPages: true })
  const parts = values.parts.split(',')
  try {
    const context = await browser.newContext()
    context.setDefaultTimeout(patienceMs)
    const verdicts = [
      ...(parts.includes('cases')
        ? await runCases(new PagePool(context), name, values, origin)
        : []),
      ...(parts.includes('special') ? await runSpecials(browser, values, origin) : []),
      ...(parts.includes('failover') ? await runFailover(browser, values, origin) : []),
    ]
    for (const { title, error } of verdicts) {
      if (error !== null) console.log(`✗ ${browser.label}: ${title}\n  ${error}`)
    }
    return verdicts
  } finally {
    await browser.close()
  }
}

async function runCases(
  pool: PagePool,
  name: BrowserName,
  values: Values,
  origin: string,
): Promise<Verdict[]> {
  const options: CaseOptions = {
    origin,
    on: implementationNames.filter((it) => values.on.split(',').includes(it)),
    repeats: Number(values.repeats),
    isVerbose: values.verbose,
  }
  const verdicts: Verdict[] = []
  for (const it of casesOf(values)) {
    if (!it.unstableIn?.[name]) verdicts.push(await runCase(pool, it, options))
    else if (it.ideal && options.on.includes('ours')) {
      verdicts.push(await runAlone(pool, it, options))
    }
  }
  return verdicts
}

function casesOf({ few, long, only }: Values): readonly Case[] {
  if (few) return fewCases
  return long || only !== '' ? allCases.filter(({ title }) => title.includes(only)) : shortCases
}

/** Each way of ending with storage and tabs of its own. */
async function runFailover(
  browser: RunningBrowser,
  values: Values,
  origin: string,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const ending of values.endings.split(',').map(endingNamed)) {
    const context = await browser.newContext()
    context.setDefaultTimeout(patienceMs)
    try {
      const outcome = await runRounds(context, {
        ending,
        hasOwner: values.on !== 'native',
        rounds: Number(values.rounds),
        tabs: Number(values.tabs),
        ...fleetOptions(values, origin),
      })
      const text = describeOutcome(`${browser.label}, ${ending}`, outcome)
      console.log(text)
      const title = `acknowledged transactions outlive the owner: ${ending}`
      verdicts.push({ title, error: isFaultless(outcome) ? null : text })
    } finally {
      await context.close()
    }
  }
  return verdicts
}

async function runSpecials(
  browser: RunningBrowser,
  values: Values,
  origin: string,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const name of values.specials.split(',').map(specialNamed)) {
    const context = await browser.newContext()
    context.setDefaultTimeout(patienceMs)
    try {
      const complaints = await specials[name](context, fleetOptions(values, origin))
      const error = complaints.length > 0 ? complaints.join('\n  ') : null
      verdicts.push({ title: `tabs under load: ${name}`, error })
    } finally {
      await context.close()
    }
  }
  return verdicts
}

function fleetOptions(values: Values, origin: string): FleetOptions {
  return {
    url: `${origin}/scope/${values.on === 'native' ? 'native' : 'ours'}.html`,
    lines: Number(values.lines),
    pauseMs: Number(values['pause-ms']),
    fault: faultNamed(values.fault),
  }
}

function specialNamed(text: string): SpecialName {
  const name = specialNames.find((it) => it === text)
  if (name) return name
  throw new TypeError(`Expected specials out of ${specialNames.join(', ')}, not "${text}"`)
}

function endingNamed(text: string): EndingName {
  const name = endingNames.find((it) => it === text)
  if (name) return name
  throw new TypeError(`Expected endings out of ${endingNames.join(', ')}, not "${text}"`)
}

function faultNamed(text: string | undefined): Fault | null {
  if (text === undefined) return null
  const name = faultNames.find((it) => it === text)
  if (name) return name
  throw new TypeError(`Expected a fault out of ${faultNames.join(', ')}, not "${text}"`)
}

function report(
  verdicts: readonly Verdict[],
  found: readonly BrowserName[],
  missing: number,
): number {
  const failed = verdicts.filter(({ error }) => error !== null).length
  const absent = missing > 0 ? `; ${missing} browsers are not installed (${installCommand})` : ''
  const names = found.join(' and ') || 'none'
  const passed = verdicts.length - failed
  console.log(`tabs: ${passed}/${verdicts.length} cases and rounds pass in ${names}${absent}`)
  const isRequired = process.env['IDB_TEST_BROWSERS'] === 'required'
  return failed > 0 || (isRequired && missing > 0) ? 1 : 0
}
