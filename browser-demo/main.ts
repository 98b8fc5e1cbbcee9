/** The page: puts its parts together. */
import { type EngineId, engineOf } from './engines.ts'
import type { Phase } from './session.ts'
import type { Snapshot } from './snapshot.ts'
import { type Trial, databaseNameOf, runTrials } from './trial.ts'
import { byId, element } from './view/dom.ts'
import { EngineCards } from './view/engine-cards.ts'
import { Explorer } from './view/explorer.ts'
import { readPlanForm, showPlanForm } from './view/plan-form.ts'
import { showThemeChoice } from './view/theme.ts'
import { showTimeline } from './view/timeline.ts'
import { showTimings } from './view/timing-bars.ts'
import { showVerdict } from './view/verdict.ts'
import { duration, reasonOf } from './view/words.ts'
import { timingsOf } from './timings.ts'

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

/** What the engines have done so far; draws it as it comes. */
class Outcome {
  readonly #trials = new Map<EngineId, Trial[]>()
  /** Of the trial that is going on. */
  readonly #phases: Phase[] = []
  readonly #failures: string[] = []
  readonly #rounds: number

  constructor(engines: readonly EngineId[], rounds: number) {
    this.#rounds = rounds
    for (const id of engines) {
      this.#trials.set(id, [])
      cards.say(id, 'ready', 'Waiting')
    }
    byId('verdict', HTMLDivElement).replaceChildren(
      element('p', { class: 'empty' }, 'Compared when every engine is done.'),
    )
    byId('timeline', HTMLDivElement).replaceChildren(
      element('p', { class: 'empty' }, 'Drawn when every engine is done.'),
    )
    this.#drawTimings(null)
  }

  began(id: EngineId, round: number): void {
    this.#phases.length = 0
    cards.say(id, 'running', `Running, round ${round} of ${this.#rounds}`)
  }

  phaseEnded(id: EngineId, phase: Phase): void {
    this.#phases.push(phase)
    this.#drawTimings(id)
  }

  ended(id: EngineId, trial: Trial): void {
    const trials = this.#of(id)
    trials.push(trial)
    const { total } = timingsOf(trials)
    cards.say(id, 'ready', total ? `${duration(total.medianMs)} for the whole script` : 'Done')
    this.#drawTimings(null)
  }

  failed(id: EngineId, error: unknown): void {
    this.#failures.push(`${engineOf(id).title} failed.`)
    cards.say(id, 'failed', `Failed. ${reasonOf(error)}`)
  }

  /** Shows what is known at the end, and gives it in a sentence. */
  show(): string {
    const last = [...this.#trials].flatMap(([id, trials]) => {
      const trial = trials.at(-1)
      return trial?.snapshot ? [{ id, ...trial, snapshot: trial.snapshot }] : []
    })
    const snapshots = new Map<EngineId, Snapshot>(last.map(({ id, snapshot }) => [id, snapshot]))
    const verdict = showVerdict(byId('verdict', HTMLDivElement), snapshots)
    showTimeline(byId('timeline', HTMLDivElement), last)
    return ['Done.', ...this.#failures, verdict].join(' ')
  }

  #drawTimings(runningId: EngineId | null): void {
    const shown = [...this.#trials].map(([id, trials]) => {
      const current = id === runningId && trials.length === 0 ? [{ phases: [...this.#phases] }] : []
      return [id, [...trials, ...current]] as const
    })
    showTimings(byId('timings', HTMLDivElement), new Map(shown))
  }

  #of(id: EngineId): Trial[] {
    const trials = this.#trials.get(id)
    if (!trials) throw new Error(`unreachable: engine "${id}" was not to run`)
    return trials
  }
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
