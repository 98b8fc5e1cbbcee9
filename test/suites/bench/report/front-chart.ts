/** The chart of the README: the time that each implementation takes for what programs do most, relative to fake-indexeddb. */

/** A case of the chart. */
export interface FrontRow {
  readonly name: string
  /** Name of the contender → its time, relative to fake-indexeddb in memory. */
  readonly ratios: Readonly<Record<string, number>>
}

/** The colours of a chart on a light or a dark page. */
interface Palette {
  readonly text: string
  readonly faint: string
  readonly line: string
  /** One for each bar of a case. */
  readonly bars: readonly string[]
}

const palettes = {
  light: {
    text: '#1f2328',
    faint: '#59636e',
    line: '#d1d9e0',
    bars: ['#0b7285', '#adb5bd', '#e8a33d'],
  },
  dark: {
    text: '#f0f6fc',
    faint: '#9198a1',
    line: '#3d444d',
    bars: ['#3bc9db', '#5c6670', '#d08b25'],
  },
} as const satisfies Record<string, Palette>

/** The bars of a case, from the top: name of the contender → what it is called. */
const contenders: Readonly<Record<string, string>> = {
  disk: 'idb-everywhere, on disk',
  'fake-indexeddb': 'fake-indexeddb, in memory',
  indexeddbshim: 'indexeddbshim, on disk',
}

const width = 760
const left = 190
const right = 70
const top = 64
const barHeight = 11
const rowHeight = 52
/** Longer bars are cut; the figure says how long they are. */
const longest = 2

/** An SVG document for pages of that kind, with no background of its own. */
export function frontChartOf(rows: readonly FrontRow[], kind: keyof typeof palettes): string {
  const palette: Palette = palettes[kind]
  const height = top + rows.length * rowHeight + 34
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img">`,
    `<title>${title}</title>`,
    text({ x: 0, y: 16, fill: palette.text, weight: 600 }, title),
    ...Object.values(contenders).map((name, i) => legend(name, i, palette)),
    ...rows.flatMap((row, i) => marksOf(row, top + i * rowHeight, palette)),
    text({ x: left, y: height - 6, fill: palette.faint }, footnote),
    '</svg>',
    '',
  ].join('\n')
}

const title = 'Time on Node 24, relative to fake-indexeddb in memory: shorter is faster'
const footnote = 'The bars with a cut go on to their figure.'

function legend(name: string, index: number, { bars, faint }: Palette): string {
  const x = index * 210
  const square = `<rect x="${x}" y="30" width="12" height="12" rx="2" fill="${bars[index]}"/>`
  return square + text({ x: x + 18, y: 41, fill: faint }, name)
}

function marksOf({ name, ratios }: FrontRow, y: number, palette: Palette): string[] {
  const middle = y + 1.5 * barHeight + 6
  const bars = Object.keys(contenders).flatMap((contender, i) => {
    const ratio = ratios[contender]
    return ratio === undefined
      ? []
      : [bar({ ratio, y: y + i * (barHeight + 2), index: i }, palette)]
  })
  return [text({ x: left - 12, y: middle, fill: palette.text, anchor: 'end' }, name), ...bars]
}

function bar(
  { ratio, y, index }: { ratio: number; y: number; index: number },
  { bars, faint, text: strong, line }: Palette,
): string {
  const length = round((Math.min(ratio, longest) / longest) * (width - left - right))
  const rect = `<rect x="${left}" y="${y}" width="${length}" height="${barHeight}" rx="2" fill="${bars[index]}"/>`
  const end = left + length
  const cut =
    ratio > longest
      ? `<path d="M${end - 8} ${y - 1}l-4 ${barHeight + 2}" stroke="${line}" stroke-width="3"/>`
      : ''
  const fill = index === 0 ? strong : faint
  const figure = text(
    { x: end + 6, y: y + 10, fill, weight: index === 0 ? 600 : 400 },
    figureOf(ratio),
  )
  return rect + cut + figure
}

function figureOf(ratio: number): string {
  return ratio >= 10 ? String(Math.round(ratio)) : ratio.toPrecision(2)
}

interface TextStyle {
  readonly x: number
  readonly y: number
  readonly fill: string
  readonly anchor?: 'start' | 'end'
  readonly weight?: number
}

function text({ x, y, fill, anchor = 'start', weight = 400 }: TextStyle, content: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-weight="${weight}" fill="${fill}">${escaped}</text>`
}

function round(number: number): number {
  return Math.round(number * 10) / 10
}
