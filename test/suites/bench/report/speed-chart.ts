/** The chart of docs/performance.md: how long this package takes for each case, relative to fake-indexeddb. */

/** A line of the chart. */
export interface ChartRow {
  readonly name: string
  /** Runtime's label → ratio. */
  readonly ratios: Readonly<Record<string, number>>
}

const width = 760
const rowHeight = 24
const left = 300
const right = 24
const top = 56
const lowest = 0.005
const highest = 4
const ticks = [0.01, 0.03, 0.1, 0.3, 1, 3]
/** One for each runtime, told apart by colour-blind people too. */
const colours = ['#0072b2', '#56b4e9', '#009e73', '#e69f00', '#cc79a7']

/** An SVG document: a logarithmic axis, a line for each row, a dot for each runtime (label → name). */
export function chartOf(
  rows: readonly ChartRow[],
  runtimes: Readonly<Record<string, string>>,
): string {
  const bottom = top + rows.length * rowHeight
  const labels = Object.keys(runtimes)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 40}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...Object.values(runtimes).map((name, index) => legend(name, index)),
    ...ticks.map((tick) => gridLine(tick, bottom)),
    ...rows.flatMap((row, index) => rowMarks(row, labels, top + (index + 0.5) * rowHeight)),
    text({ x: (left + width - right) / 2, y: bottom + 34, anchor: 'middle' }, axisTitle),
    '</svg>',
    '',
  ].join('\n')
}

const axisTitle = 'time on disk ÷ time of fake-indexeddb in memory (left of 1: faster)'

function legend(name: string, index: number): string {
  const x = left + index * 86
  return dot(x, 24, index, '') + text({ x: x + 9, y: 28, anchor: 'start' }, name)
}

function gridLine(tick: number, bottom: number): string {
  const x = placeOf(tick)
  const colour = tick === 1 ? '#333333' : '#dddddd'
  const line = `<path d="M${x} ${top}V${bottom}" stroke="${colour}"/>`
  return line + text({ x, y: bottom + 16, anchor: 'middle' }, String(tick))
}

function rowMarks({ name, ratios }: ChartRow, labels: readonly string[], y: number): string[] {
  const title = text({ x: left - 10, y: y + 4, anchor: 'end' }, name)
  const dots = labels.flatMap((label, index) => {
    const ratio = ratios[label]
    return ratio === undefined ? [] : [dot(placeOf(ratio), y, index, ratio.toPrecision(2))]
  })
  return [title, ...dots]
}

function dot(x: number, y: number, index: number, title: string): string {
  const fill = colours[index] ?? '#000000'
  return `<circle cx="${x}" cy="${y}" r="5" fill="${fill}" fill-opacity="0.85"><title>${title}</title></circle>`
}

function text(
  { x, y, anchor }: { x: number; y: number; anchor: 'start' | 'middle' | 'end' },
  content: string,
): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="#333333">${escaped}</text>`
}

/** Where a ratio lies on the logarithmic axis; what lies outside is put at its end. */
function placeOf(ratio: number): number {
  const part = Math.log(ratio / lowest) / Math.log(highest / lowest)
  const place = left + Math.min(1, Math.max(0, part)) * (width - right - left)
  return Math.round(place * 10) / 10
}
