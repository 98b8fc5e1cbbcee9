/** The recorded results for readers: the tables of docs/performance.md, and the charts in docs/pictures. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Measurement } from '../warm/measure.ts'
import type { Row } from '../warm/cases.ts'
import type { Answer } from '../question.ts'
import { markdownTable, writeSection } from './document.ts'
import { type ChartRow, chartOf } from './speed-chart.ts'
import { writeFirstSecondReport } from '../first-second/report.ts'
import { type FrontRow, frontChartOf } from './front-chart.ts'
import { goalOf } from './table.ts'

/** Runtime → question → answer, as `--update` has recorded them. */
export type Results = Readonly<Record<string, Readonly<Record<string, Answer>>>>

/** The runtimes of the tables, by their labels. */
const runtimes: Readonly<Record<string, string>> = {
  node24: 'Node 24',
  node26: 'Node 26',
  node20: 'Node 20',
  bun: 'Bun',
  deno: 'Deno',
}

/** The questions whose cases have fake-indexeddb as their baseline. */
const questions = ['put', 'read', 'cursor', 'transactions', 'large-values']

const section = { name: 'speed', command: 'npm run bench -- --report' }

/** Rewrites the chart and the tables from results.json. @throws Error when the document lacks their marks. */
export function writeReport(projectRoot: string): void {
  const results = JSON.parse(
    readFileSync(join(projectRoot, 'test/suites/bench/results.json'), 'utf8'),
  ) as Results // This benchmark wrote it.
  const rows = rowsOf(results)
  writeFileSync(
    join(projectRoot, 'docs/pictures/speed-all.svg'),
    chartOf(chartRows(rows), runtimes),
  )
  for (const kind of ['light', 'dark'] as const) {
    const chart = frontChartOf(frontRows(rows), kind)
    writeFileSync(join(projectRoot, `docs/pictures/speed-${kind}.svg`), chart)
  }
  const tables = [tableFor('disk', 'on disk', rows), tableFor('memory', 'in memory', rows)]
  writeSection(projectRoot, section, tables)
  writeFirstSecondReport(projectRoot)
}

/** A case, and its row of each runtime's results that has one. */
interface CaseRows {
  readonly name: string
  /** By label. */
  readonly rows: Readonly<Record<string, Row>>
}

function rowsOf(results: Results): CaseRows[] {
  const cases = new Map<string, Record<string, Row>>()
  for (const label of Object.keys(runtimes)) {
    for (const row of questions.flatMap((question) => results[label]?.[question]?.rows ?? [])) {
      // What closing costs is milliseconds against nothing: a ratio says little.
      if (row.name.startsWith('close after')) continue
      cases.set(row.name, { ...cases.get(row.name), [label]: row })
    }
  }
  return [...cases].map(([name, rows]) => ({ name, rows }))
}

function chartRows(cases: readonly CaseRows[]): ChartRow[] {
  return cases.map(({ name, rows }) => ({
    name,
    ratios: Object.fromEntries(
      Object.entries(rows).flatMap(([label, row]) => {
        const ratio = contender(row, 'disk')?.ratio
        return typeof ratio === 'number' ? [[label, ratio]] : []
      }),
    ),
  }))
}

/** Name of the case → what the README calls it. */
const frontCases: Readonly<Record<string, string>> = {
  'put 10,000': '10,000 × put()',
  'get 10,000': '10,000 × get()',
  'index.get 10,000': '10,000 × index.get()',
  'getAll of 10,000': 'getAll() of 10,000',
  'cursor over 10,000': 'cursor over 10,000',
  '1,000 one-put transactions, awaited': '1,000 transactions',
}

/** Of the first runtime. */
function frontRows(cases: readonly CaseRows[]): FrontRow[] {
  return Object.entries(frontCases).flatMap(([name, title]) => {
    const row = cases.find((it) => it.name === name)?.rows[Object.keys(runtimes)[0] ?? '']
    if (!row) return []
    const ratios = row.measurements.map((it) => [it.name, it.ratio ?? 1] as const)
    return [{ name: title, ratios: Object.fromEntries(ratios) }]
  })
}

function contender({ measurements }: Row, name: string): Measurement | undefined {
  return measurements.find((it) => it.name === name)
}

function tableFor(name: string, title: string, cases: readonly CaseRows[]): string {
  // Goals are for the disk; memory has none but to be ahead.
  const hasGoals = name === 'disk'
  const goalTitle = hasGoals ? ['goal'] : []
  const header = [title, ...goalTitle, ...Object.values(runtimes), 'µs', 'gap']
  const lines = cases.map((it) => [
    it.name,
    ...(hasGoals ? [goalsOf(it)] : []),
    ...ratios(it, name),
    ...figures(it, name),
  ])
  return markdownTable([header, ...lines])
}

/** The highest ratio wanted on disk, and on Node 20 where that differs. */
function goalsOf({ rows }: CaseRows): string {
  const [goal] = Object.values(rows)[0]?.goals ?? []
  if (!goal) return ''
  return goal.ratio === goal.node20 ? String(goal.ratio) : `${goal.ratio} (${goal.node20})`
}

function ratios({ rows }: CaseRows, name: string): string[] {
  return Object.keys(runtimes).map((label) => {
    const row = rows[label]
    const measurement = row && contender(row, name)
    if (!row || typeof measurement?.ratio !== 'number') return ''
    const highest = goalOf(row, measurement, label === 'node20') ?? Infinity
    const digits = String(Number(measurement.ratio.toPrecision(2)))
    return measurement.ratio > highest ? `**${digits}**` : digits
  })
}

/** Microseconds for an operation, and the longest gap of a 1 ms timer in milliseconds, both of the first runtime. */
function figures({ rows }: CaseRows, name: string): string[] {
  const row = rows[Object.keys(runtimes)[0] ?? '']
  const measurement = row && contender(row, name)
  if (!measurement) return ['', '']
  const microseconds = (measurement.medianMs / row.count) * 1000
  return [microseconds, measurement.gapMs].map((it) => String(Number(it.toPrecision(2))))
}
