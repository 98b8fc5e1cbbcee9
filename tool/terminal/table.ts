import Table from 'cli-table3'
import { paint } from './colors.ts'
import { plainText, shortened } from './plain-text.ts'
import { columnsOf } from './width.ts'

/** What a cell shows: text, or a number, which stands at the right. Undefined: nothing. */
export type Cell = string | number | undefined

/** Neither lines nor corners: what is copied from a terminal, and what goes to a file, is the text alone. */
const noLines = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((part) => [`${side}${part}`, '']),
  ),
)

const grouped = new Intl.NumberFormat('en')

/**
 * Rows below a head, in columns as wide as what is in them; no wider than the terminal that they go to: what is too wide for it loses its
 * end. No end of line after the last row.
 */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  columns = columnsOf(process.stdout),
): string {
  const isNumeric = head.map((_, at) => rows.some((row) => typeof row[at] === 'number'))
  const format = (colWidths: readonly number[]): Formatted => {
    const table = new Table({
      head: head.map((it) => it && paint('bold', it)),
      colAligns: isNumeric.map((it) => (it ? 'right' : 'left')),
      colWidths: [...colWidths],
      chars: { ...noLines, middle: gap },
      style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
    })
    table.push(...rows.map((row) => row.map(textOf)))
    const text = table.toString().replace(/ +$/gm, '')
    // It has put the widths that it found into its options.
    return { text, widths: table.options.colWidths.map((it) => it ?? 0) }
  }
  const { text, widths } = format([])
  const fitting = fittingWidths(widths, columns)
  return fitting ? format(fitting).text : text
}

interface Formatted {
  readonly text: string
  /** Of each column. */
  readonly widths: readonly number[]
}

const gap = '  '

/** A column is not cut to less. */
const narrowest = 12

/** The widest columns narrower, so that all have room in `columns`, as far as that can be; null: they have. */
function fittingWidths(widths: readonly number[], columns: number): readonly number[] | null {
  const room = columns - gap.length * (widths.length - 1)
  let excess = widths.reduce((sum, it) => sum + it, 0) - room
  if (excess <= 0) return null
  const narrowed = [...widths]
  while (excess > 0) {
    const widest = Math.max(...narrowed)
    if (widest <= narrowest) break
    narrowed[narrowed.indexOf(widest)] = widest - 1
    excess--
  }
  return narrowed
}

/** A longer name would push the other columns out of every row; the whole of it is in the JSON. */
const widest = 80

function textOf(cell: Cell): string {
  return typeof cell === 'number' ? formatCount(cell) : shortened(plainText(cell ?? ''), widest)
}

/** `1,234,567` */
export function formatCount(count: number): string {
  return grouped.format(count)
}

/** `1,234 records`, `1 record` */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** `17 bytes`, `1.5 MB`: in units of a thousand. */
export function formatBytes(bytes: number): string {
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(bytes || 1) / 3)))
  return new Intl.NumberFormat('en', {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(bytes / 1000 ** step)
}
