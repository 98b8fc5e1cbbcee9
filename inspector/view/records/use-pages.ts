/** Going through records page by page, by position: how far away a page is costs nothing. */
import { useState } from 'preact/hooks'
import type { PageRequest, Position, Range, Row, Source, StorePlace } from '../../source/source.ts'
import { useCount } from '../use-count.ts'
import { useLoad } from '../use-load.ts'

const rowsPerPage = 50

/** Where a page begins, or ends if it is read backwards. */
interface Start {
  readonly isBackwards: boolean
  readonly after: Position | null
  readonly distance: Distance
}

/** How many records lie before a page, or after one that was reached from the end. */
export type Distance = { readonly before: number } | { readonly beyond: number }

const first: Start = { isBackwards: false, after: null, distance: { before: 0 } }
const last: Start = { isBackwards: true, after: null, distance: { beyond: 0 } }

export interface Pages {
  readonly rows: readonly Row[]
  readonly error: Error | null
  readonly isLoading: boolean
  readonly hasLoaded: boolean
  readonly distance: Distance
  /** The number of the first row, from 0; null: unknown until the records are counted. */
  readonly skipped: number | null
  /** null: not yet counted. */
  readonly total: number | null
  readonly hasPrevious: boolean
  readonly hasNext: boolean
  readonly go: (to: 'first' | 'previous' | 'next' | 'last') => void
  readonly again: () => void
}

export interface PagesOf {
  readonly source: Source
  readonly place: StorePlace
  readonly direction: 'next' | 'prev'
  readonly range: Range | null
  readonly changes: number
}

export function usePages({ source, place, direction, range, changes }: PagesOf): Pages {
  const [start, setStart] = useState<Start>(first)
  const request = { ...place, range }
  const page = useLoad(async () => {
    const { rows, hasMore } = await source.page(pageRequest(request, direction, start))
    return { rows: start.isBackwards ? [...rows].reverse() : rows, hasMore, start }
  }, [source, start, changes])
  const total = useCount(source, request, changes)
  const { rows, hasMore, start: shown } = page.result ?? { rows: [], hasMore: false, start: first }
  const { distance } = shown
  const skipped = skippedBefore(rows.length, distance, total)
  const hasPrevious = shown.isBackwards ? hasMore : shown.after !== null
  const hasNext = shown.isBackwards ? shown.after !== null : hasMore
  const go: Pages['go'] = (to) => {
    const [top, bottom] = [rows[0], rows.at(-1)]
    if (to === 'first' || !top || !bottom) return setStart(first)
    if (to === 'last') return setStart(last)
    if (to === 'next') return setStart(startAfter(bottom, distance, rows.length))
    const isFirst = skipped !== null && skipped <= rowsPerPage
    setStart(isFirst ? first : startBefore(top, distance))
  }
  const hasLoaded = page.result !== null
  const { error, isLoading, again } = page
  return {
    rows,
    error,
    isLoading,
    hasLoaded,
    distance,
    skipped,
    total,
    hasPrevious,
    hasNext,
    go,
    again,
  }
}

function pageRequest(
  request: Omit<PageRequest, 'direction' | 'after' | 'limit'>,
  direction: 'next' | 'prev',
  { isBackwards, after }: Start,
): PageRequest {
  const opposite = direction === 'next' ? 'prev' : 'next'
  return { ...request, direction: isBackwards ? opposite : direction, after, limit: rowsPerPage }
}

function startAfter({ key, primaryKey }: Row, distance: Distance, rows: number): Start {
  return { isBackwards: false, after: { key, primaryKey }, distance: moved(distance, rows) }
}

function startBefore({ key, primaryKey }: Row, distance: Distance): Start {
  return { isBackwards: true, after: { key, primaryKey }, distance: moved(distance, -rowsPerPage) }
}

/** The distance of a page that is some records further on. */
function moved(distance: Distance, by: number): Distance {
  if ('before' in distance) return { before: distance.before + by }
  return { beyond: Math.max(0, distance.beyond - by) }
}

function skippedBefore(rows: number, distance: Distance, total: number | null): number | null {
  if ('before' in distance) return distance.before
  return total === null ? null : Math.max(0, total - distance.beyond - rows)
}
