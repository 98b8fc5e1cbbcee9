/** Times as bars: a group for each phase, a bar for each engine. */
import { type EngineId, engineOf } from '../engines.ts'
import { type Timing, timingsOf } from '../timings.ts'
import type { Trial } from '../trial.ts'
import { element } from './dom.ts'
import { counted, duration, ratio } from './words.ts'

/** Engine → its trials so far, of which the last may still be going on. */
export type TrialsByEngine = ReadonlyMap<EngineId, readonly Pick<Trial, 'phases'>[]>

/** Draws the bars again. */
export function showTimings(container: Element, trials: TrialsByEngine): void {
  const rows = [...trials].map(([id, it]) => ({ id, ...timingsOf(it) }))
  const phases = [...new Set(rows.flatMap((row) => [...row.phases.keys()]))]
  const totals = rows.map(({ id, total }) => ({ id, timing: total }))
  const groups = phases.map((title) =>
    group(
      title,
      rows.map(({ id, phases: timings }) => ({ id, timing: timings.get(title) ?? null })),
    ),
  )
  container.replaceChildren(
    element('p', { class: 'note' }, note(trials)),
    element('ol', { class: 'timings' }, group('The whole script', totals, 'whole'), ...groups),
  )
}

interface Bar {
  readonly id: EngineId
  readonly timing: Timing | null
}

function group(title: string, bars: readonly Bar[], kind = ''): HTMLElement {
  const longestMs = Math.max(...bars.map(({ timing }) => timing?.mostMs ?? 0))
  const native = bars.find(({ id }) => id === 'native')?.timing ?? null
  return element(
    'li',
    { class: `timing ${kind}` },
    element('h3', {}, title),
    element('ul', {}, ...bars.map((bar) => row(bar, longestMs, native))),
  )
}

function row({ id, timing }: Bar, longestMs: number, native: Timing | null): HTMLElement {
  const name = element('span', { class: 'bar-name' }, engineOf(id).title)
  if (!timing) {
    return element('li', { class: 'bar-row', 'data-engine': id }, name, element('span', {}, '…'))
  }
  const compared = id === 'native' || native === null ? '' : ratio(timing, native)
  return element(
    'li',
    { class: 'bar-row', 'data-engine': id },
    name,
    bar(timing, longestMs),
    element('span', { class: 'bar-time' }, duration(timing.medianMs)),
    element('span', { class: 'bar-ratio' }, compared),
  )
}

/** The bar ends at the median; a thin line spans the fastest and the slowest round. */
function bar({ medianMs, leastMs, mostMs }: Timing, longestMs: number): HTMLElement {
  const made = element('span', { class: 'bar', 'aria-hidden': 'true' }, element('i'), element('b'))
  const shares = { median: medianMs, least: leastMs, most: mostMs }
  for (const [name, ms] of Object.entries(shares)) {
    made.style.setProperty(`--${name}`, String(longestMs > 0 ? ms / longestMs : 0))
  }
  return made
}

function note(trials: TrialsByEngine): string {
  const rounds = Math.max(0, ...[...trials.values()].map((it) => it.length))
  const scale = 'Each group has its own scale. A round to warm up came first and is not counted.'
  if (rounds < 2) return scale
  return `Median of ${counted(rounds, 'round')}; the thin line goes from the fastest to the slowest. ${scale}`
}
