/** The events of all engines side by side, a row for each place in the order; a row whose cells disagree is marked. */
import { engineOf } from '../../engines.ts'
import { element } from '../dom.ts'
import { showPager } from '../pager.ts'
import type { Lane } from './lane.ts'
import { duration } from '../words.ts'

const rowsPerPage = 20

/** Shows the first page; the others by buttons. */
export function showEventTable(container: Element, lanes: readonly Lane[]): void {
  const total = Math.max(0, ...lanes.map(({ events }) => events.length))
  const body = element('tbody')
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, '#'),
    ...lanes.map(({ id }) =>
      element('th', { scope: 'col', 'data-engine': id }, engineOf(id).title),
    ),
  )
  const pager = showPager({
    label: 'Pages of events',
    noun: 'event',
    total,
    perPage: rowsPerPage,
    show: (skip) => {
      const count = Math.min(rowsPerPage, total - skip)
      body.replaceChildren(...Array.from({ length: count }, (_, at) => row(lanes, skip + at)))
    },
  })
  container.replaceChildren(
    element(
      'table',
      {},
      element('caption', { class: 'unseen' }, 'Events in their order, on each engine'),
      element('thead', {}, head),
      body,
    ),
    pager,
  )
}

function row(lanes: readonly Lane[], order: number): HTMLElement {
  const events = lanes.map((lane) => lane.events[order] ?? null)
  const isSame = new Set(events.map((it) => it && `${it.type} ${it.about}`)).size < 2
  return element(
    'tr',
    { 'data-same': String(isSame) },
    element('th', { scope: 'row' }, `${isSame ? '' : '≠ '}${order + 1}`),
    ...lanes.map(({ id }, at) => cell(engineOf(id).title, events[at] ?? null)),
  )
}

function cell(engine: string, event: Lane['events'][number] | null): HTMLElement {
  if (!event) return element('td', { 'data-label': engine }, element('em', {}, 'no such event'))
  return element(
    'td',
    { 'data-label': engine },
    element('span', { class: 'event-type' }, event.type),
    element('span', { class: 'event-time' }, duration(event.atMs)),
    element('span', { class: 'event-about' }, event.about),
  )
}
