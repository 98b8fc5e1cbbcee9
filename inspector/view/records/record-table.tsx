import { useEffect, useRef, useState } from 'preact/hooks'
import { keyText } from '../../source/key-range-text.ts'
import type { Json, Row } from '../../source/source.ts'
import { Failure } from '../parts/failure.tsx'
import { Notice } from '../parts/notice.tsx'
import { size } from '../words.ts'
import { Pager } from './pager.tsx'
import { type Pages, type PagesOf, usePages } from './use-pages.ts'
import { type Cell, cellAfter } from './table-keys.ts'

interface RecordTableProps extends PagesOf {
  readonly setDirection: (direction: 'next' | 'prev') => void
  /** The primary key of the record that is shown whole. */
  readonly record: Json
  readonly setRecord: (key: Json) => void
}

/** The records of a page as a grid: one stop of the Tab key, the arrow keys go about in it, Enter shows a record whole. */
export function RecordTable(props: RecordTableProps) {
  const pages = usePages(props)
  if (pages.error) return <Failure error={pages.error} again={pages.again} />
  const isEmpty = pages.hasLoaded && pages.rows.length === 0
  return (
    <div class="record-table" aria-busy={pages.isLoading}>
      {isEmpty ? (
        <NoRecords isFiltered={props.range !== null} />
      ) : (
        <Grid {...props} pages={pages} />
      )}
      <Pager {...pages} />
    </div>
  )
}

function NoRecords({ isFiltered }: { isFiltered: boolean }) {
  if (!isFiltered) return <Notice title="No records">They appear here as they are stored.</Notice>
  return (
    <Notice title="No record has such a key">
      <code>42</code> is a number, and <code>"42"</code> in quotes is text, another key. Empty the
      filter to see all records.
    </Notice>
  )
}

function Grid({
  pages,
  place,
  direction,
  setDirection,
  record,
  setRecord,
}: RecordTableProps & { pages: Pages }) {
  const { rows, distance, skipped, total, go, hasNext, hasPrevious } = pages
  const isIndex = place.index !== null
  const columns = isIndex ? 4 : 3
  const [focus, setFocus] = useState<Cell>({ row: 0, column: 0 })
  const body = useRef<HTMLTableSectionElement>(null)
  const toFocus = useRef(false)
  const cell = { ...focus, row: Math.min(focus.row, Math.max(0, rows.length - 1)) }
  useEffect(() => {
    if (!toFocus.current) return
    toFocus.current = false
    focusCell(body.current, cell)
  }, [rows, focus])
  useEffect(() => body.current?.closest('.scroller')?.scrollTo({ top: 0 }), [distance])
  const press = (event: KeyboardEvent): void => {
    const found = cellAfter(event, cell, { rows: rows.length, columns })
    if (event.key === 'Enter') setRecord(rows[cell.row]?.primaryKey ?? null)
    else if (event.key === 'PageDown' && hasNext) go('next')
    else if (event.key === 'PageUp' && hasPrevious) go('previous')
    else if (!found) return
    event.preventDefault()
    toFocus.current = true
    if (found) setFocus(found)
  }
  const chosen = JSON.stringify(record)
  return (
    <div class="scroller">
      <table role="grid" aria-rowcount={total === null ? -1 : total + 1} aria-label="Records">
        <GridHead {...{ isIndex, direction, setDirection }} />
        <tbody ref={body} onKeyDown={press}>
          {rows.map((row, i) => (
            <GridRow
              key={i}
              {...{ row, isIndex }}
              number={skipped === null ? null : skipped + i + 2}
              isChosen={JSON.stringify(row.primaryKey) === chosen}
              stop={cell.row === i ? cell.column : null}
              show={(column) => {
                setFocus({ row: i, column })
                setRecord(row.primaryKey)
              }}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function focusCell(body: HTMLElement | null, { row, column }: Cell): void {
  const cells = body?.children[row]?.querySelectorAll<HTMLElement>('[role=gridcell]')
  cells?.[column]?.focus()
}

function GridHead({
  isIndex,
  direction,
  setDirection,
}: Pick<RecordTableProps, 'direction' | 'setDirection'> & { isIndex: boolean }) {
  const isAscending = direction === 'next'
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col" class="key" aria-sort={isAscending ? 'ascending' : 'descending'}>
          <button type="button" onClick={() => setDirection(isAscending ? 'prev' : 'next')}>
            {isIndex ? 'Index key' : 'Key'}
            <span aria-hidden="true">{isAscending ? '↑' : '↓'}</span>
          </button>
        </th>
        {isIndex && (
          <th scope="col" class="key">
            Primary key
          </th>
        )}
        <th scope="col">Value</th>
        <th scope="col" class="bytes">
          Size
        </th>
      </tr>
    </thead>
  )
}

interface GridRowProps {
  readonly row: Row
  readonly isIndex: boolean
  /** From 2, after the head of the table; null: unknown. */
  readonly number: number | null
  readonly isChosen: boolean
  /** The column that the Tab key stops at; null: in another row. */
  readonly stop: number | null
  readonly show: (column: number) => void
}

function GridRow({ row, isIndex, number, isChosen, stop, show }: GridRowProps) {
  const texts = [
    ['key', keyText(row.key)],
    ...(isIndex ? [['key', keyText(row.primaryKey)]] : []),
    ['value', row.preview],
    ['bytes', size(row.bytes)],
  ]
  return (
    <tr aria-rowindex={number ?? undefined} aria-selected={isChosen}>
      {texts.map(([kind, text], column) => (
        <td
          key={column}
          role="gridcell"
          class={kind}
          tabIndex={stop === column ? 0 : -1}
          onClick={() => show(column)}
        >
          {text}
        </td>
      ))}
    </tr>
  )
}
