/** Runs the programs in each browser that is installed, and ends with a line of counts. */
import { parseArgs } from 'node:util'
import type { BrowserContext } from 'playwright-core'
import { browsersHere, installCommand, startBrowser } from '../../../kit/browsers.ts'
import { startServer } from '../../../kit/page-server.ts'
import { dexiePrograms } from './programs/dexie.ts'
import { firestorePrograms } from './programs/firestore.ts'
import { rxdbPrograms } from './programs/rxdb.ts'
import { type Programs, Scene } from './scene.ts'

/** Paths that only the launcher knows. */
export interface Places {
  /** The folder of the built package. */
  readonly dist: string
  /** The folder of what pages load. */
  readonly pagesRoot: string
}

const libraries: Readonly<Record<string, Programs>> = {
  dexie: dexiePrograms,
  rxdb: rxdbPrograms,
  firestore: firestorePrograms,
}

/** Bounds a hang alone. */
const patienceMs = 180_000

const optionTypes = {
  only: { type: 'string', default: '' },
  on: { type: 'string', default: 'native,ours' },
  repeats: { type: 'string', default: '1' },
  verbose: { type: 'boolean', default: false },
  dist: { type: 'string', default: 'dist' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof optionTypes }>>['values']

/** Gives the exit code: 0 if each program gives on ours what it gives natively, 1 if not. A missing browser is a failure only where they are required. */
export async function main(args: readonly string[], places: Places): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: optionTypes,
  })
  const { found, missing } = browsersHere(positionals)
  const server = await startServer({ '/dist/': places.dist, '/pages/': places.pagesRoot })
  const counts = { programs: 0, equal: 0 }
  try {
    for (const name of found) {
      const browser = await startBrowser(name)
      try {
        const context = await browser.newContext()
        context.setDefaultTimeout(patienceMs)
        await runAll(context, { values, origin: server.origin, label: browser.label, counts })
      } finally {
        await browser.close()
      }
    }
  } finally {
    server.close()
  }
  return report(counts, found, missing)
}

/** What is the same for all programs in a browser. */
interface Plan {
  readonly values: Values
  readonly origin: string
  readonly label: string
  readonly counts: { programs: number; equal: number }
}

async function runAll(context: BrowserContext, plan: Plan): Promise<void> {
  const { label, counts, values } = plan
  for (const [library, programs] of Object.entries(libraries)) {
    for (const [title, program] of Object.entries(programs)) {
      const name = `${library}: ${title}`
      if (!name.includes(values.only)) continue
      const complaint = await compare(context, { plan, library, program, name })
      counts.programs++
      if (complaint === null) counts.equal++
      else console.log(`✗ ${label}: ${name}\n  ${complaint}`)
    }
  }
}

interface Trial {
  readonly plan: Plan
  readonly library: string
  readonly name: string
  readonly program: (scene: Scene) => Promise<void>
}

/** What differs between any two of its runs; null: nothing. */
async function compare(context: BrowserContext, trial: Trial): Promise<string | null> {
  const { values } = trial.plan
  let first: readonly string[] | null = null
  for (const implementation of values.on.split(',')) {
    for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
      const lines = await play(context, trial, implementation)
      if (values.verbose && repeat === 0) {
        console.log([`${trial.name}: ${implementation}`, ...lines].join('\n    '))
      }
      const failure = lines.find((line) => line.startsWith(failureMark))
      const at = `${implementation}, run ${repeat + 1}`
      if (failure !== undefined) return [`${at}: ${failure}`, ...lines].join('\n    ')
      first ??= lines
      const place = first.findIndex((line, place) => line !== lines[place])
      if (place >= 0) return `${at}: ${String(lines[place])}\n    and not ${String(first[place])}`
    }
  }
  return null
}

/** Begins the line of a program that could not go on. */
const failureMark = 'fails: '

let originCount = 0

/** What was called and given; a failure is the last line. Each run has the storage of a host of its own. */
async function play(
  context: BrowserContext,
  { plan, library, program }: Trial,
  implementation: string,
): Promise<readonly string[]> {
  const origin = plan.origin.replace('localhost', `run-${++originCount}.localhost`)
  const scene = new Scene(context, `${origin}/pages/${library}-${implementation}.html`)
  const late = lateAfter(patienceMs)
  try {
    await Promise.race([program(scene), late.promise])
    return scene.lines
  } catch (error) {
    return [...scene.lines, `${failureMark}${String(error).split('\n')[0]}`]
  } finally {
    late.stop()
    await scene.end()
  }
}

function lateAfter(ms: number): { promise: Promise<never>; stop(): void } {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing more within ${ms} ms`)), ms)
  })
  return { promise, stop: () => clearTimeout(timer) }
}

function report(
  { programs, equal }: Plan['counts'],
  found: readonly string[],
  missing: number,
): number {
  const absent = missing > 0 ? `; ${missing} browsers are not installed (${installCommand})` : ''
  console.log(
    `client tabs: ${equal} of ${programs} programs of ${Object.keys(libraries).join(', ')} give on ours what they give natively in ${found.join(' and ') || 'no browser'}${absent}`,
  )
  const isRequired = process.env['IDB_TEST_BROWSERS'] === 'required'
  return equal < programs || (isRequired && missing > 0) ? 1 : 0
}
