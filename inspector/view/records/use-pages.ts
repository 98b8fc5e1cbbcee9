/** Going through records page by page, by position: how far away a page is costs nothing. */
import { useState } from 'preact/hooks'
import type { PageRequest, Position, Range, Row, Source, StorePlace } from '../../source/source.ts'
import { useLoad } from '../use-load.ts'

const rowsPerPage = 50

/** Where a page begins, or ends if it is read backwards. */
interface Start {
  readonly isBackwards: boolean
  readonly after: Position | null
  /** How many records lie before the page; null: unknown until the records are counted, as it is the last. */
  readonly skipped: number | null
}

const first: Start = { isBackwards: false, after: null, skipped: 0 }
const last: Start = { isBackwards: true, after: null, skipped: null }

export interface Pages {
  readonly rows: readonly Row[]
  readonly error: Error | null
  readonly isLoading: boolean
  readonly hasLoaded: boolean
  /** The number of the first row, from 0. */
  readonly skipped: number
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
  const total = useLoad(() => source.count(request), [source, changes]).result
  const { rows, hasMore, start: shown } = page.result ?? { rows: [], hasMore: false, start: first }
  const skipped = shown.skipped ?? Math.max(0, (total ?? rows.length) - rows.length)
  const hasPrevious = shown.isBackwards ? hasMore : shown.after !== null
  const hasNext = shown.isBackwards ? shown.after !== null : hasMore
  const go: Pages['go'] = (to) => {
    const [top, bottom] = [rows[0], rows.at(-1)]
    if (to === 'first' || (to === 'previous' && skipped <= rowsPerPage)) setStart(first)
    else if (to === 'last') setStart(last)
    else if (to === 'next' && bottom) {
      setStart({ isBackwards: false, after: positionOf(bottom), skipped: skipped + rows.length })
    } else if (to === 'previous' && top) {
      setStart({ isBackwards: true, after: positionOf(top), skipped: skipped - rowsPerPage })
    }
  }
  const hasLoaded = page.result !== null
  const { error, isLoading, again } = page
  return { rows, error, isLoading, hasLoaded, skipped, total, hasPrevious, hasNext, go, again }
}

function pageRequest(
  request: Omit<PageRequest, 'direction' | 'after' | 'limit'>,
  direction: 'next' | 'prev',
  { isBackwards, after }: Start,
): PageRequest {
  const opposite = direction === 'next' ? 'prev' : 'next'
  return { ...request, direction: isBackwards ? opposite : direction, after, limit: rowsPerPage }
}

function positionOf({ key, primaryKey }: Row): Position {
  return { key, primaryKey }
}
