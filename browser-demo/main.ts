/** The page: puts its parts together. */
import { databaseNameOf, runTrials } from './trial.ts'
import { byId, element } from './view/dom.ts'
import { EngineCards } from './view/engine-cards.ts'
import { Explorer } from './view/explorer.ts'
import { Outcome } from './view/outcome.ts'
import { type PlanChoice, readPlanForm, showPlanForm } from './view/plan-form.ts'
import { showThemeChoice } from './view/theme.ts'

const explorer = new Explorer()
const cards = new EngineCards(() => explorer.show(cards.ready()))
const run = byId('run', HTMLButtonElement)
const stop = byId('stop', HTMLButtonElement)

/** A run that goes on. The page begins the first by itself; the visitor's own need not wait for that. */
interface Running {
  readonly abort: AbortController
  readonly isAsked: boolean
  readonly ended: Promise<void>
}
let running: Running | null = null

showThemeChoice()
showPlanForm()
showEmptyResults()
byId('plan', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault()
  void runAsked()
})
stop.addEventListener('click', () => running?.abort.abort())
const started = cards.start()
void started.then(() => begin(firstLook(), { isAsked: false }))

async function runAsked(): Promise<void> {
  if (running?.isAsked) return
  await started
  running?.abort.abort()
  await running?.ended
  if (!running) begin(readPlanForm(), { isAsked: true })
}

/** The chosen workload in a database of its own: what an earlier visit has stored stays. */
function firstLook(): PlanChoice {
  const choice = readPlanForm()
  return { ...choice, workload: { ...choice.workload, id: 'first-look' } }
}

function begin(choice: PlanChoice, { isAsked }: { isAsked: boolean }): void {
  const abort = new AbortController()
  running = { abort, isAsked, ended: runPlan(choice, abort.signal) }
}

async function runPlan(choice: PlanChoice, signal: AbortSignal): Promise<void> {
  const engines = cards.chosen()
  // In a task of its own: the run is noted by then.
  await Promise.resolve()
  setRunning(engines.length > 0)
  if (engines.length === 0) return say('Tick an engine first.')
  say(`Running “${choice.workload.title}”…`)
  const outcome = new Outcome(
    cards,
    engines.map(({ id }) => id),
    choice.rounds,
  )
  await runTrials({ ...choice, engines }, outcome, signal)
  setRunning(false)
  say(signal.aborted ? 'Stopped; there is nothing to compare.' : outcome.show())
  const engine = engines.find(({ id }) => id === 'opfs') ?? engines[0]
  const database = databaseNameOf(choice.workload)
  if (engine) explorer.show(cards.ready(), { engine: engine.id, database })
}

function showEmptyResults(): void {
  const notes = {
    timings: 'A bar for each engine and each part of the script, as they run.',
    verdict: 'Schema, records, indexes, results and the order of events, compared with native.',
    timeline: 'Every event that fired, on an axis that all engines share.',
  }
  for (const [id, words] of Object.entries(notes)) {
    byId(id, HTMLDivElement).replaceChildren(element('p', { class: 'empty' }, words))
  }
}

function setRunning(isRunning: boolean): void {
  if (!isRunning) running = null
  explorer.setLocked(isRunning)
  const isBusy = running?.isAsked === true
  run.setAttribute('aria-disabled', String(isBusy))
  run.textContent = isBusy ? 'Running…' : 'Run'
  if (!isRunning && document.activeElement === stop) run.focus()
  stop.hidden = !isRunning
}

function say(words: string): void {
  byId('status', HTMLParagraphElement).textContent = words
}
