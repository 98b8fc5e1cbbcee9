/** What the engines have done so far in a run, on the page as it comes. */
import { type EngineId, engineOf } from '../engines.ts'
import type { Phase } from '../session.ts'
import type { Snapshot } from '../snapshot.ts'
import { type Timing, timingsOf } from '../timings.ts'
import type { Trial, TrialListener } from '../trial.ts'
import { byId, element } from './dom.ts'
import type { EngineCards } from './engine-cards.ts'
import { showTimeline } from './timeline/timeline.ts'
import { showTimings } from './timing-bars.ts'
import { showVerdict } from './verdict.ts'
import { ratio, reasonOf } from './words.ts'

/** Listens to the trials of one run, and draws them. */
export class Outcome implements TrialListener {
  readonly #trials = new Map<EngineId, Trial[]>()
  /** Of the trial that is going on. */
  readonly #phases: Phase[] = []
  readonly #failures: string[] = []
  readonly #cards: EngineCards
  readonly #rounds: number

  constructor(cards: EngineCards, engines: readonly EngineId[], rounds: number) {
    this.#cards = cards
    this.#rounds = rounds
    for (const id of engines) {
      this.#trials.set(id, [])
      this.#cards.showTotal(id, null)
      this.#cards.say(id, 'ready', 'Waiting')
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
    const words = round === 0 ? 'Warming up' : `Running, round ${round} of ${this.#rounds}`
    this.#cards.say(id, 'running', words)
  }

  phaseEnded(id: EngineId, phase: Phase): void {
    this.#phases.push(phase)
    // Later rounds change the bars when they end, and disturb the measuring less.
    if (this.#of(id).length === 0) this.#drawTimings(id)
  }

  ended(id: EngineId, trial: Trial): void {
    const trials = this.#of(id)
    trials.push(trial)
    this.#cards.showTotal(id, totalOf(trials))
    this.#cards.say(id, 'ready', this.#compared(id))
    this.#drawTimings(null)
  }

  failed(id: EngineId, error: unknown): void {
    this.#failures.push(`${engineOf(id).title} failed.`)
    this.#cards.say(id, 'failed', `Failed. ${reasonOf(error)}`)
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

  /** What a card says below the time of its engine. */
  #compared(id: EngineId): string {
    const { total: own } = timingsOf(this.#of(id))
    const { total: native } = timingsOf(this.#trials.get('native') ?? [])
    if (id === 'native' || own === null || native === null) return 'for the whole script'
    return `for the whole script, ${comparison(own, native)}`
  }

  #drawTimings(runningId: EngineId | null): void {
    const shown = [...this.#trials].map(([id, trials]) => {
      const current = id === runningId ? [{ phases: [...this.#phases] }] : []
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

function comparison(own: Timing, native: Timing): string {
  const words = ratio(own, native)
  return /as /.test(words) ? `${words} as native` : `${words} from native`
}

/** The median time of a whole trial, in milliseconds; null before the first has ended. */
function totalOf(trials: readonly Trial[]): number | null {
  return timingsOf(trials).total?.medianMs ?? null
}
