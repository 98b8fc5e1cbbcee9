/** The answers as a table for people. */
import Table from 'cli-table3'
import type { Measurement } from '../warm/measure.ts'
import type { Row } from '../warm/cases.ts'

/** A table with a line for each contender of each row. */
export function tableOf(rows: readonly Row[], { isNode20 }: { isNode20: boolean }): string {
  const table = new Table({
    head: [
      'case',
      'contender',
      'µs/op',
      'op/s',
      'ratio',
      'goal',
      'cold ratio',
      'cold ms',
      'gap ms',
    ],
    colAligns: ['left', 'left', ...Array.from({ length: 7 }, () => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  for (const row of rows) {
    row.measurements.forEach((measurement, index) => {
      table.push([index === 0 ? row.name : '', ...cellsOf(row, measurement, isNode20)])
    })
  }
  return table.toString()
}

/** The highest ratio the goal allows; null where there is none for that contender. */
export function goalOf(row: Row, { name }: Measurement, isNode20: boolean): number | null {
  const goal = row.goals.find(({ contender }) => contender === name)
  if (!goal) return null
  return isNode20 ? goal.node20 : goal.ratio
}

function cellsOf(row: Row, measurement: Measurement, isNode20: boolean): string[] {
  const { name, medianMs, ratio, coldRatio, coldMs, gapMs } = measurement
  const goal = goalOf(row, measurement, isNode20)
  const isMissed = goal !== null && ratio !== null && ratio > goal
  return [
    name,
    digits((medianMs / row.count) * 1000),
    Math.round((row.count / medianMs) * 1000).toLocaleString('en'),
    digits(ratio),
    goal === null ? '' : `${goal}${isMissed ? ' !' : ''}`,
    digits(coldRatio),
    digits(coldMs),
    digits(gapMs),
  ]
}

/** Three significant digits; nothing for what was not measured. */
function digits(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return ''
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}
