/** The first second as tables: for the terminal and for docs/performance.md. */
import { cpuOf, type FirstSecond, type Steps } from './measure.ts'

/** A table: its head, then its lines. */
export type Lines = readonly (readonly string[])[]

/** Step → what people call it. */
const titles: Readonly<Record<string, string>> = {
  start: 'start of the runtime',
  import: 'import',
  open: 'first open, new database',
  'put 1': 'first put',
  'put 10': 'first 10 one-put transactions',
  'put 100': 'first 100',
  'put 1000': 'first 1,000',
  'get 1': 'first get',
  'get 10': 'first 10 one-get transactions',
  'get 100': 'first 100 of them',
  'get 1000': 'first 1,000 of them',
  getAll: 'first getAll, of 1,000',
  close: 'close',
  exit: 'close, and end of the process',
  reopen: 'first open, existing database',
  'first get': 'first get there',
}

const sumTitle = 'start to the first record, less a bare start'

const sameStep = (step: string): string => step

/** By the clock, or the processor time of all threads. */
export type Measure = 'clock' | 'cpu'

const namesOf: Readonly<Record<Measure, (step: string) => string>> = { clock: sameStep, cpu: cpuOf }

/** A line for each step, a column for each contender, in milliseconds. `where`: the runtime's name. */
export function stepsTable(
  measured: FirstSecond,
  where: string,
  measure: Measure = 'clock',
): Lines {
  const of = namesOf[measure]
  const names = Object.keys(measured).filter((name) => name !== 'bare' && !isWatched(name))
  const lines = Object.entries(titles).map(([step, title]) => [
    title,
    ...names.map((name) => ms(measured[name]?.[of(step)])),
  ])
  const figures = lines.filter((cells) => cells.slice(1).some((it) => it !== ''))
  const sums = names.map((name) => ms(firstRecord(measured, name, measure)))
  return [[`ms, ${where}`, ...names], ...figures, [sumTitle, ...sums]]
}

/** The same of this package, a column for each runtime. */
export function runtimesTable(
  measured: Readonly<Record<string, FirstSecond>>,
  measure: Measure,
): Lines {
  const of = namesOf[measure]
  const all = Object.values(measured)
  const lines = Object.entries(titles).map(([step, title]) => [
    title,
    ...all.map((it) => ms(it['ours']?.[of(step)])),
  ])
  const figures = lines.filter((cells) => cells.slice(1).some((it) => it !== ''))
  const sums = all.map((it) => ms(firstRecord(it, 'ours', measure)))
  return [['ms', ...Object.keys(measured)], ...figures, [sumTitle, ...sums]]
}

/** How long it takes from the start to the first record on disk, less the start of a process that does nothing. */
export function firstRecord(
  measured: FirstSecond,
  name: string,
  measure: Measure = 'clock',
): number {
  const of = namesOf[measure]
  return (measured[name]?.[of('first record')] ?? NaN) - (measured['bare']?.[of('start')] ?? NaN)
}

/** Where the import and the first open go, in milliseconds. */
export function partsTable(measured: Readonly<Record<string, FirstSecond>>): Lines {
  const watched = Object.values(measured).map((it) => it[watchedName] ?? {})
  const lines = Object.entries(parts).map(([title, of]) => [
    title,
    ...watched.map((it) => ms(of(it))),
  ])
  return [['ms', ...Object.keys(measured)], ...lines]
}

const watchedName = 'ours, watched'

const isWatched = (name: string): boolean => name === watchedName

const partNames = ['compileMs', 'instantiateMs', 'pragmasMs', 'statementsMs']

const parts: Readonly<Record<string, (steps: Steps) => number>> = {
  import: ({ import: ms = NaN }) => ms,
  'open: the engine is compiled': ({ compileMs = NaN }) => compileMs,
  'open: it is instantiated': ({ instantiateMs = NaN }) => instantiateMs,
  'open: pragmas': ({ pragmasMs = NaN }) => pragmasMs,
  'open: other statements': ({ statementsMs = NaN }) => statementsMs,
  'open: all else': (steps) =>
    partNames.reduce((rest, name) => rest - (steps[name] ?? 0), steps['open'] ?? NaN),
}

/** Nothing for what was not measured. */
function ms(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return ''
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)))
}
