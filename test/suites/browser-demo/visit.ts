/** A visit to the demo page: the steps that scenarios share. */
import type { BrowserContext, Locator, Page } from 'playwright-core'

/** Something a person does, and what must come of it. */
export interface Scenario {
  /** A claim. */
  readonly title: string
  /** One of the few that run when time is short. */
  readonly isInShortForm?: boolean
  /** What the system prefers, for Firefox, where Playwright cannot pretend it: a profile is started with these. */
  readonly firefoxPreferences?: Readonly<Record<string, number>>
  run(visit: Visit): Promise<void>
}

/** Bounds a hang alone: on a machine with much else to do a first look has taken more than half a minute. */
const patienceMs = 120_000

/** A page of the demo, with its engines started and its first look over. */
export class Visit {
  readonly page: Page
  readonly context: BrowserContext
  readonly origin: string
  /** What the page reported as uncaught. */
  readonly pageErrors: string[] = []

  constructor(page: Page, context: BrowserContext, origin: string) {
    this.page = page
    this.context = context
    this.origin = origin
    page.setDefaultTimeout(patienceMs)
    page.on('pageerror', ({ message }) => this.pageErrors.push(message))
  }

  static async begin(context: BrowserContext, origin: string): Promise<Visit> {
    const visit = new Visit(await context.newPage(), context, origin)
    await visit.page.goto(origin)
    await visit.done()
    return visit
  }

  /** Another page of the same profile. */
  another(): Promise<Visit> {
    return Visit.begin(this.context, this.origin)
  }

  /** Waits until an engine's card says so, and gives what it says. */
  async engineState(engine: string, pattern: RegExp): Promise<string> {
    const state = this.page.locator(`.engine[data-engine=${engine}] .engine-state`)
    return textMatching(state, pattern)
  }

  /** Chooses a workload with the fewest records and one round, runs it, and gives what the status line says. */
  async run(workload: string): Promise<string> {
    await this.choose(workload)
    return this.runBy(() => this.page.getByRole('button', { name: 'Run', exact: true }).click())
  }

  /** Waits for the run that `start` begins to end, and gives what the status line says. */
  async runBy(start: () => Promise<void>): Promise<string> {
    // Watched from before it begins: what was said of the last run must not be taken for the end of this one.
    await this.page.evaluate(markEndOfNextRun)
    await start()
    await this.page.locator('html[data-has-run]').waitFor({ state: 'attached' })
    return this.done()
  }

  async choose(workload: string): Promise<void> {
    // The page glides to what gets the focus: a field that moves between press and release of the button is not clicked.
    await this.page.evaluate(untilAtRest)
    await this.page.getByRole('combobox', { name: 'Workload' }).selectOption({ label: workload })
    const few = this.page.getByRole('radio', { name: '100', exact: true })
    if (await few.isEnabled()) await few.check()
    await this.page.getByRole('radio', { name: '1', exact: true }).check()
  }

  /** Waits for the end of a run, and gives what the status line says. */
  async done(): Promise<string> {
    await textMatching(this.page.locator('#run'), /^Run$/)
    return textMatching(this.page.locator('#status'), /^(Done|Stopped)/)
  }

  /** Stored data: a database, object store or index in the tree. */
  place(name: string | RegExp): Locator {
    return this.page.getByRole('tree', { name: 'Databases' }).getByRole('treeitem', { name })
  }

  /** Stored data: the cells of the table of records, row by row. */
  cells(): Locator {
    return this.page.getByRole('grid', { name: 'Records' }).getByRole('gridcell')
  }

  /** Stored data: what can be done with the database that is shown, once it can be; or once it cannot. */
  action(name: string, state: { readonly disabled: boolean } = { disabled: false }): Locator {
    return this.page.getByRole('button', { name, ...state })
  }

  /** How far the page can be scrolled sideways, in pixels. */
  async overflowPx(): Promise<number> {
    return this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
  }
}

/** In the page: marks the document when the button has said that a run goes on, and then that another can begin. */
function markEndOfNextRun(): void {
  const { dataset } = document.documentElement
  delete dataset['hasRun']
  const button = document.querySelector('#run')
  let hasBegun = false
  const observer = new MutationObserver(() => {
    if (button?.textContent !== 'Run') hasBegun = true
    else if (hasBegun) {
      observer.disconnect()
      dataset['hasRun'] = ''
    }
  })
  if (button) observer.observe(button, { childList: true })
}

/** In the page: resolves when it has not been scrolled for ten frames, as a glide begins a few after what causes it. */
async function untilAtRest(): Promise<void> {
  let lastTop = window.scrollY
  for (let still = 0; still < 10; still++) {
    await new Promise((resolve) => requestAnimationFrame(resolve))
    if (window.scrollY !== lastTop) still = 0
    lastTop = window.scrollY
  }
}

/** Waits until the text of an element matches. */
export async function textMatching(locator: Locator, pattern: RegExp): Promise<string> {
  await locator.filter({ hasText: pattern }).first().waitFor({ timeout: patienceMs })
  return (await locator.first().textContent()) ?? ''
}
