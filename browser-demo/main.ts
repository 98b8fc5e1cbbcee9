/** The page: puts its parts together. */
import { databaseNameOf, runTrials } from './trial.ts'
import { byId, element } from './view/dom.ts'
import { EngineCards } from './view/engine-cards.ts'
import { Explorer } from './view/explorer.ts'
import { Outcome } from './view/outcome.ts'
import { readPlanForm, showPlanForm } from './view/plan-form.ts'
import { showThemeChoice } from './view/theme.ts'

const explorer = new Explorer()
const cards = new EngineCards(() => void explorer.show(cards.ready()))
const run = byId('run', HTMLButtonElement)
const stop = byId('stop', HTMLButtonElement)
let running: AbortController | null = null

showThemeChoice()
showPlanForm()
showEmptyResults()
byId('plan', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault()
  if (!running) void runPlan()
})
stop.addEventListener('click', () => running?.abort())
void cards.start().then(() => say('Pick a workload and run it.'))

async function runPlan(): Promise<void> {
  const choice = readPlanForm()
  const engines = cards.chosen()
  if (engines.length === 0) return say('Tick an engine above first.')
  running = new AbortController()
  setRunning(true)
  say(`Running “${choice.workload.title}”…`)
  const outcome = new Outcome(
    cards,
    engines.map(({ id }) => id),
    choice.rounds,
  )
  await runTrials({ ...choice, engines }, outcome, running.signal)
  const wasStopped = running.signal.aborted
  running = null
  setRunning(false)
  say(wasStopped ? 'Stopped; there is nothing to compare.' : outcome.show())
  const engine = engines.find(({ id }) => id === 'opfs') ?? engines[0]
  const database = databaseNameOf(choice.workload)
  if (engine) await explorer.show(cards.ready(), { engine: engine.id, database })
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
  run.setAttribute('aria-disabled', String(isRunning))
  run.textContent = isRunning ? 'Running…' : 'Run'
  if (!isRunning && document.activeElement === stop) run.focus()
  stop.hidden = !isRunning
}

function say(words: string): void {
  byId('status', HTMLParagraphElement).textContent = words
}
