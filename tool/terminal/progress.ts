import { Format, type Options, type Params, SingleBar } from 'cli-progress'
import { formatCount } from './table.ts'

/** A bar on the terminal's standard error; where that is no terminal, nothing. */
export interface Progress {
  /** How many of how many; null: that is not known. Another `title` begins a bar of its own. */
  show(title: string, done: number, total: number | null): void
  /** Takes it away. */
  end(): void
}

/** `unit`: what is counted, in the plural. */
export function startProgress(unit: string): Progress {
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
        bar = new SingleBar({ format: (...parts) => line(title ?? '', unit, parts), ...looks })
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
  barsize: 24,
  barCompleteChar: '█',
  barIncompleteChar: '░',
}

/** `Export  ████░░  40 %  4,000 of 10,000 records  12,000/s  1 s left` */
function line(
  title: string,
  unit: string,
  [options, params]: readonly [Options, Params, ...unknown[]],
): string {
  const { value, total, startTime, progress } = params
  const seconds = (Date.now() - startTime) / 1000
  const rate = `${formatCount(Math.round(value / Math.max(seconds, 0.001)))}/s`
  if (total === 0) return `${title}  ${formatCount(value)} ${unit}  ${rate}`
  return [
    title,
    Format.BarFormat(progress, options),
    `${Math.floor(progress * 100)} %`,
    `${formatCount(value)} of ${formatCount(total)} ${unit}`,
    rate,
    Number.isFinite(params.eta) ? `${timeText(params.eta)} left` : '',
  ].join('  ')
}

/** `45 s`, `3 min`, `2 h` */
function timeText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`
  return seconds < 6_000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}
