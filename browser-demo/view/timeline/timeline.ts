/** Events on a time axis that all engines share, or side by side in their order. */
import { engineOf } from '../../engines.ts'
import { eventTypes } from '../../event-log.ts'
import type { Phase } from '../../session.ts'
import { drawing, element } from '../dom.ts'
import { showEventTable } from './event-table.ts'
import type { Lane } from './lane.ts'
import { count, counted, duration } from '../words.ts'

const scales = ['time', 'order'] as const
type Scale = (typeof scales)[number]
const scaleTitles = { time: 'In real time', order: 'In their order' }

const gutter = 104
const tallyWidth = 44
const rowHeight = 18
const tickHeight = 11

/** Draws the lanes, with a choice of scale and a table of the same below. */
export function showTimeline(container: Element, lanes: readonly Lane[]): void {
  const chart = element('div', { class: 'lanes' })
  let scale: Scale = 'time'
  const draw = (): void => {
    const width = Math.max(280, chart.clientWidth)
    chart.replaceChildren(...lanes.map((lane) => laneFigure(lane, { lanes, scale, width })))
  }
  const table = element('div', { class: 'event-table' })
  container.replaceChildren(
    scaleChoice((chosen) => {
      scale = chosen
      draw()
    }),
    chart,
    element(
      'details',
      { class: 'all-events' },
      element('summary', {}, 'Every event, side by side'),
      table,
    ),
  )
  showEventTable(table, lanes)
  draw()
  redrawOnResize(chart, draw)
}

function scaleChoice(choose: (scale: Scale) => void): HTMLElement {
  const options = scales.map((scale) => {
    const input = element('input', {
      type: 'radio',
      name: 'scale',
      value: scale,
      checked: scale === 'time',
      onchange: () => choose(scale),
    })
    return element('label', {}, input, element('span', {}, scaleTitles[scale]))
  })
  return element(
    'fieldset',
    { class: 'choice inline' },
    element('legend', { class: 'unseen' }, 'Scale of the timeline'),
    element('div', { class: 'segments' }, ...options),
  )
}

interface Chart {
  readonly lanes: readonly Lane[]
  readonly scale: Scale
  readonly width: number
}

function laneFigure(lane: Lane, chart: Chart): HTMLElement {
  const lastMs = lane.events.at(-1)?.atMs ?? 0
  return element(
    'figure',
    { class: 'lane', 'data-engine': lane.id },
    element(
      'figcaption',
      {},
      element('strong', {}, engineOf(lane.id).title),
      ` ${counted(lane.events.length, 'event')}, the last after ${duration(lastMs)}`,
    ),
    laneDrawing(lane, chart),
  )
}

function laneDrawing(lane: Lane, { lanes, scale, width }: Chart): SVGElement {
  const types = eventTypes.filter((type) =>
    lanes.some(({ events }) => events.some((it) => it.type === type)),
  )
  const top = scale === 'time' ? 10 : 0
  const height = top + types.length * rowHeight + 18
  const plot = { from: gutter, to: width - tallyWidth }
  const end = endOf(lanes, scale)
  const at = (value: number): number =>
    plot.from + (end > 0 ? value / end : 0) * (plot.to - plot.from)
  const label = types
    .map((type) => `${type} ${count(lane.events.filter((it) => it.type === type).length)}`)
    .join(', ')
  return drawing(
    'svg',
    { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label },
    ...(scale === 'time' ? phaseStrip(lane.phases, at) : []),
    ...types.flatMap((type, row) => {
      const places = lane.events.flatMap((event, order) =>
        event.type === type ? [at(scale === 'time' ? event.atMs : order)] : [],
      )
      return typeRow(type, places, { y: top + row * rowHeight, plot })
    }),
    ...axis(end, { at, y: height - 4, scale }),
  )
}

/** The end of the axis all lanes share: milliseconds, or the greatest number of an event. */
function endOf(lanes: readonly Lane[], scale: Scale): number {
  const ends = lanes.map(({ events, phases }) =>
    scale === 'order'
      ? events.length - 1
      : Math.max(events.at(-1)?.atMs ?? 0, phases.at(-1)?.toMs ?? 0),
  )
  return Math.max(0, ...ends)
}

function phaseStrip(phases: readonly Phase[], at: (ms: number) => number): SVGElement[] {
  return phases.map(({ title, fromMs, toMs }, index) => {
    const [x, width] = [at(fromMs), Math.max(1, at(toMs) - at(fromMs) - 1)]
    const kind = index % 2 === 0 ? 'phase' : 'phase odd'
    return drawing(
      'rect',
      { class: kind, x, y: 0, width, height: 4, rx: 1 },
      drawing('title', {}, `${title}, ${duration(toMs - fromMs)}`),
    )
  })
}

function typeRow(
  type: string,
  places: readonly number[],
  { y, plot }: { y: number; plot: { from: number; to: number } },
): SVGElement[] {
  const middle = y + rowHeight / 2
  const kind = type === 'error' || type === 'abort' || type === 'blocked' ? 'ticks alarm' : 'ticks'
  // Ticks that fall on the same half pixel are one.
  const columns = new Set(places.map((x) => Math.round(x * 2) / 2))
  const path = [...columns].map((x) => `M${x} ${middle - tickHeight / 2}v${tickHeight}`).join('')
  return [
    drawing('text', { class: 'row-name', x: 0, y: middle + 4 }, type),
    drawing('line', { class: 'row-line', x1: plot.from, x2: plot.to, y1: middle, y2: middle }),
    drawing('path', { class: kind, d: path }),
    drawing(
      'text',
      { class: 'row-count', x: plot.to + tallyWidth, y: middle + 4 },
      count(places.length),
    ),
  ]
}

function axis(
  end: number,
  { at, y, scale }: { at: (value: number) => number; y: number; scale: Scale },
): SVGElement[] {
  const values = scale === 'time' ? [0, end / 2, end] : [0, end]
  return values.map((value, index) => {
    const anchor = index === 0 ? 'start' : index === values.length - 1 ? 'end' : 'middle'
    const words =
      scale === 'time' ? (value === 0 ? '0' : duration(value)) : `event ${count(value + 1)}`
    return drawing('text', { class: 'axis', x: at(value), y, 'text-anchor': anchor }, words)
  })
}

function redrawOnResize(chart: Element, draw: () => void): void {
  let widthPx = chart.clientWidth
  const observer = new ResizeObserver(() => {
    if (!chart.isConnected) return observer.disconnect()
    if (chart.clientWidth === widthPx) return
    widthPx = chart.clientWidth
    draw()
  })
  observer.observe(chart)
}
