/** Visits pages: of an origin the browser has never seen, and again, when it has kept what it was sent. */
import type { BrowserContext } from 'playwright-core'
import { median } from '../../warm/measure.ts'
import { type Files, serveSite, type Site } from './site.ts'

/** Step → milliseconds, or bytes. */
export type VisitSteps = Readonly<Record<string, number>>

/** `native`, or a build with an empty and a full HTTP cache → the median of each step. */
export type FirstVisits = Readonly<Record<string, VisitSteps>>

/** Takes the rounds, each at origins of its own; the first does not count. */
export async function measureVisits(
  context: BrowserContext,
  builds: Readonly<Record<string, Files>>,
  rounds: number,
): Promise<FirstVisits> {
  const all: Record<string, VisitSteps[]> = {}
  for (let round = 0; round <= rounds; round++) {
    const names = Object.keys(builds)
    for (const name of round % 2 === 0 ? names : names.reverse()) {
      const site = await serveSite(builds[name] ?? new Map())
      try {
        for (const [title, steps] of Object.entries(await visitsOf(context, site, name))) {
          if (round > 0) (all[title] ??= []).push(steps)
        }
      } finally {
        site.close()
      }
    }
  }
  return Object.fromEntries(Object.entries(all).map(([name, list]) => [name, mediansOf(list)]))
}

/** With a full cache: what a browser compiles of scripts it keeps at a second visit, and uses at the third. */
async function visitsOf(
  context: BrowserContext,
  site: Site,
  name: string,
): Promise<Record<string, VisitSteps>> {
  const empty = await visit(context, site, 'kind=ours&path=one')
  const bytes = site.takeBytes()
  await visit(context, site, 'kind=ours&path=two')
  const native = await visit(context, site, 'kind=native&path=native')
  site.takeBytes()
  const full = await visit(context, site, 'kind=ours&path=three')
  const kept = site.takeBytes()
  const again = await visit(context, site, 'kind=ours&path=three&exists')
  const nativeAgain = await visit(context, site, 'kind=native&path=native&exists')
  return {
    native: { ...native, reopen: nativeAgain['open'] ?? NaN },
    [`${name}, cache empty`]: { ...empty, ...bytes },
    [`${name}, cache full`]: { ...full, ...kept, reopen: again['open'] ?? NaN },
  }
}

async function visit(context: BrowserContext, site: Site, query: string): Promise<VisitSteps> {
  const page = await context.newPage()
  try {
    await page.goto(`${site.origin}/?${query}`)
    const marks = await page.evaluate(
      () => (globalThis as unknown as { visited: Promise<VisitSteps> }).visited, // `visit.mjs` leaves it.
    )
    return stepsOf(marks)
  } finally {
    await page.close()
  }
}

/** Those of a number are the time since the first of their kind began. */
function stepsOf(marks: VisitSteps): VisitSteps {
  const { started = NaN, imported = NaN, opened = NaN } = marks
  const since = { put: opened, get: marks['put 100'] ?? NaN }
  const steps: Record<string, number> = { import: imported - started, open: opened - imported }
  for (const [name, at] of Object.entries(marks)) {
    if (name.startsWith('put ')) steps[name] = at - since.put
    if (name.startsWith('get ')) steps[name] = at - since.get
  }
  return { ...steps, getAll: (marks['getAll'] ?? NaN) - (marks['get 100'] ?? NaN) }
}

function mediansOf(list: readonly VisitSteps[]): VisitSteps {
  const names = Object.keys(list[0] ?? {})
  const round = (value: number): number => Math.round(value * 100) / 100
  return Object.fromEntries(
    names.map((name) => [name, round(median(list.map((steps) => steps[name] ?? NaN)))]),
  )
}
