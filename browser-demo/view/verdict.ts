/** Ours against native: identical, or what differs. */
import { type Comparison, type Difference, compareSnapshots } from '../compare.ts'
import { type EngineId, engineOf } from '../engines.ts'
import type { Aspect, Snapshot } from '../snapshot.ts'
import { element } from './dom.ts'
import { count, counted } from './words.ts'

const shownDifferences = 8

const aspectTitles: Readonly<Record<Aspect, readonly [string, string]>> = {
  schema: ['Schema', 'version, stores, indexes'],
  records: ['Stored records', 'key and value, in order'],
  'index records': ['Index records', 'key and primary key, in order'],
  results: ['Results', 'what the script was given'],
  events: ['Events', 'type, target and result, in order'],
}

/** Shows the comparison of each engine with the native one, and gives it in a sentence for the status line. */
export function showVerdict(
  container: Element,
  snapshots: ReadonlyMap<EngineId, Snapshot>,
): string {
  const native = snapshots.get('native')
  const others = [...snapshots].filter(([id]) => id !== 'native')
  if (!native || others.length === 0) {
    const words =
      'Nothing to compare: it takes the native engine and one of ours, and both must finish.'
    container.replaceChildren(element('p', { class: 'empty' }, words))
    return words
  }
  const verdicts = others.map(([id, ours]) => ({ id, comparisons: compareSnapshots(native, ours) }))
  container.replaceChildren(
    element('div', { class: 'verdicts' }, ...verdicts.map((it) => card(it.id, it.comparisons))),
  )
  return verdicts
    .map(({ id, comparisons }) => `${engineOf(id).title}: ${sentence(comparisons)}`)
    .join(' ')
}

function sentence(comparisons: readonly Comparison[]): string {
  const total = comparisons.reduce((sum, { differences }) => sum + differences.length, 0)
  return total === 0 ? 'identical to native.' : `${counted(total, 'difference')} to native.`
}

function card(id: EngineId, comparisons: readonly Comparison[]): HTMLElement {
  const differences = comparisons.flatMap((it) => it.differences)
  const isIdentical = differences.length === 0
  return element(
    'article',
    {
      class: 'verdict',
      'data-engine': id,
      'data-verdict': isIdentical ? 'identical' : 'different',
    },
    element(
      'h3',
      {},
      element('span', { class: 'verdict-engine' }, engineOf(id).title),
      ' ',
      element('strong', {}, isIdentical ? 'identical' : counted(differences.length, 'difference')),
    ),
    element('ul', { class: 'aspects' }, ...comparisons.map(aspectRow)),
    isIdentical ? null : differenceTable(differences),
  )
}

function aspectRow({ aspect, count: compared, differences }: Comparison): HTMLElement {
  const [title, what] = aspectTitles[aspect]
  const same = compared - differences.length
  const isSame = differences.length === 0
  return element(
    'li',
    { 'data-same': String(isSame) },
    element('span', { class: 'mark', 'aria-hidden': 'true' }, isSame ? '=' : '≠'),
    element('span', { class: 'aspect' }, title, element('small', {}, what)),
    element(
      'span',
      { class: 'tally' },
      isSame ? count(compared) : `${count(same)} of ${count(compared)}`,
    ),
  )
}

function differenceTable(differences: readonly Difference[]): HTMLElement {
  const rows = differences
    .slice(0, shownDifferences)
    .map(({ where, native, ours }) =>
      element(
        'div',
        { class: 'difference' },
        element('h4', {}, where),
        element('dl', {}, ...side('Native', native, ours), ...side('Ours', ours, native)),
      ),
    )
  const rest = differences.length - rows.length
  return element(
    'div',
    { class: 'differences' },
    ...rows,
    rest > 0 ? element('p', { class: 'note' }, `and ${counted(rest, 'more difference')}`) : null,
  )
}

/** One side of a difference; the part that the other side does not share is marked. */
function side(title: string, text: string | null, other: string | null): HTMLElement[] {
  const value = element('dd')
  if (text === null) value.append(element('em', {}, 'missing'))
  else value.append(...marked(text, other ?? ''))
  return [element('dt', {}, title), value]
}

function marked(text: string, other: string): (Node | string)[] {
  const limit = Math.min(text.length, other.length)
  let start = 0
  while (start < limit && text[start] === other[start]) start++
  let end = 0
  while (end < limit - start && text.at(-1 - end) === other.at(-1 - end)) end++
  const middle = text.slice(start, text.length - end)
  const before = start > 80 ? `…${text.slice(start - 60, start)}` : text.slice(0, start)
  return [before, element('mark', {}, middle), text.slice(text.length - end)]
}
