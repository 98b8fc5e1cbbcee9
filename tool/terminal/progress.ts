import { Format, type Options, type Params, SingleBar } from 'cli-progress'
import { shortened } from './plain-text.ts'
import { formatCount } from './table.ts'
import { columnsOf, movesCursor } from './width.ts'

/** A bar on the terminal's standard error; nothing where that is no terminal, or one that cannot move its cursor. */
export interface Progress {
  /** How many of how many; null: that is not known. Another `title` begins a bar of its own. */
  show(title: string, done: number, total: number | null): void
  /** Takes it away. */
  end(): void
}

/** `unit`: what is counted, in the plural. */
export function startProgress(unit: string): Progress {
  if (!movesCursor(process.stderr)) return { show() {}, end() {} }
  let title: string | null = null
  let bar: SingleBar | null = null
  const end = (): void => {
    bar?.stop()
    bar = null
  }
  return {
    show(next, done, total) {
      if (next !== title) {
        end()
        title = next
        // What was done before, as by an import that is resumed, is no part of the rate.
        const about = { title: next, unit, doneBefore: done }
        bar = new SingleBar({ format: (...parts) => progressLine(about, parts), ...looks })
        bar.start(total ?? 0, done)
      }
      bar?.update(done)
    },
    end,
  }
}

const looks: Options = {
  stream: process.stderr,
  clearOnComplete: true,
  hideCursor: true,
  // Enough to even out a slow moment.
  etaBuffer: 50,
  barCompleteChar: '█',
  barIncompleteChar: '░',
}

/** The bar's own width, where the terminal has room for it. */
const widestBar = 24

/** Below it, a bar tells nothing. */
const narrowestBar = 8

/** What a bar is about. */
interface Shown {
  readonly title: string
  readonly unit: string
  /** How many were done when it began. */
  readonly doneBefore: number
}

/** `export  ████░░  40 %  4,000 of 10,000 records  12,000/s  1 s left`, within the columns of the terminal. */
export function progressLine(
  { title, unit, doneBefore }: Shown,
  [options, params]: readonly [Options, Params, ...unknown[]],
): string {
  const { value, total, startTime, progress } = params
  const seconds = (Date.now() - startTime) / 1000
  const perSecond = Math.round((value - doneBefore) / Math.max(seconds, 0.001))
  const rate = `${formatCount(perSecond)}/s`.padStart(9)
  if (total === 0) return `${title}  ${formatCount(value)} ${unit}  ${rate}`
  const all = formatCount(total)
  // Each in a width of its own, so that nothing moves while figures grow.
  const figures = [
    `${Math.floor(progress * 100)} %`.padStart(5),
    `${formatCount(value).padStart(all.length)} of ${all} ${unit}`,
    rate,
    (Number.isFinite(params.eta) ? `${timeText(params.eta)} left` : '').padEnd(11),
  ].join('  ')
  // The last column stays free: a cursor there is in the next line for some terminals.
  const room = columnsOf(process.stderr) - 1 - figures.length - 4
  const shown = shortened(title, Math.max(1, room - narrowestBar))
  const barsize = Math.min(widestBar, Math.max(narrowestBar, room - shown.length))
  return [shown, Format.BarFormat(progress, { ...options, barsize }), figures].join('  ').trimEnd()
}

/** `45 s`, `3 min`, `2 h` */
function timeText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`
  return seconds < 6_000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}
