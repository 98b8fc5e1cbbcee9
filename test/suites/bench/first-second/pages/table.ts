/** The first second of pages as a table. */
import type { FirstVisits } from './measure.ts'

/** Step → what people call it. */
const titles: Readonly<Record<string, string>> = {
  import: 'import',
  open: 'first open, new database',
  'put 1': 'first put',
  'put 10': 'first 10 one-put transactions',
  'put 100': 'first 100',
  'get 1': 'first get',
  'get 10': 'first 10 one-get transactions',
  'get 100': 'first 100 of them',
  getAll: 'first getAll, of 100',
  reopen: 'first open, existing database',
}

const sizes: Readonly<Record<string, string>> = {
  scripts: 'JavaScript on the wire, kB',
  engine: 'the engine on the wire, kB',
}

/** A line for each step: milliseconds of each, and how many times the browser's own. `where`: the browser's name. */
export function visitsTable(measured: FirstVisits, where: string): readonly (readonly string[])[] {
  const names = Object.keys(measured)
  const others = names.filter((name) => name !== 'native')
  const of = (name: string, step: string): number => measured[name]?.[step] ?? NaN
  const lines = Object.entries(titles).map(([step, title]) => [
    title,
    ...names.map((name) => digits(of(name, step))),
    ...others.map((name) => (step === 'import' ? '' : digits(of(name, step) / of('native', step)))),
  ])
  const bytes = Object.entries(sizes).map(([step, title]) => [
    title,
    ...names.map((name) => (name === 'native' ? '' : digits(of(name, step) / 1000))),
    ...others.map(() => ''),
  ])
  return [
    [`ms, ${where}`, ...names, ...others.map((name) => `÷ native: ${name}`)],
    ...lines,
    ...bytes,
  ]
}

/** Nothing for what was not measured. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return ''
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)))
}
