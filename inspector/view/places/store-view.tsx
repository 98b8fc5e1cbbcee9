import { useState } from 'preact/hooks'
import type { Json, Range, Source, StoreSchema } from '../../source/source.ts'
import { RecordDetail } from '../records/record-detail.tsx'
import { RecordTable } from '../records/record-table.tsx'
import { RangeFilter } from '../records/range-filter.tsx'
import { keyPathText, nameText } from '../words.ts'

interface StoreViewProps {
  readonly source: Source
  readonly database: string
  readonly store: StoreSchema
  /** The one whose order the records are shown in first. */
  readonly index: string | null
  readonly changes: number
  readonly isEditing: boolean
}

/** The records of an object store, in the order of their keys or of an index, and one of them whole. */
export function StoreView({ source, database, store, index, changes, isEditing }: StoreViewProps) {
  const [order, setOrder] = useState(index)
  const [direction, setDirection] = useState<'next' | 'prev'>('next')
  const [range, setRange] = useState<Range | null>(null)
  const [record, setRecord] = useState<Json>(null)
  const place = { database, store: store.name, index: order }
  return (
    <section class="store" aria-labelledby="place-heading">
      <header class="place-header">
        <h2 id="place-heading">{nameText(store.name)}</h2>
        <p>{factsOf(store)}</p>
      </header>
      <div class="toolbar">
        {store.indexes.length > 0 && (
          <label class="field">
            <span>Order</span>
            <select
              value={store.indexes.findIndex(({ name }) => name === order)}
              onChange={({ currentTarget: { selectedIndex } }) =>
                setOrder(store.indexes[selectedIndex - 1]?.name ?? null)
              }
            >
              <option value={-1}>by key</option>
              {store.indexes.map(({ name }, i) => (
                <option key={name} value={i} selected={name === order}>
                  by {nameText(name)}
                </option>
              ))}
            </select>
          </label>
        )}
        <RangeFilter key={order} setRange={setRange} isOfIndex={order !== null} />
      </div>
      <div class={record === null ? 'records' : 'records has-record'}>
        <RecordTable
          key={`${order}\n${direction}\n${JSON.stringify(range)}`}
          {...{ source, place, direction, setDirection, range, changes, record, setRecord }}
        />
        {record !== null && (
          <RecordDetail
            key={JSON.stringify(record)}
            {...{ source, changes, isEditing }}
            place={{ database, store: store.name, key: record }}
            close={() => setRecord(null)}
          />
        )}
      </div>
    </section>
  )
}

function factsOf({ keyPath, autoIncrement, indexes }: StoreSchema): string {
  const key = keyPath === null ? 'Keys out of line' : `Key path ${keyPathText(keyPath)}`
  const generator = autoIncrement ? ['key generator'] : []
  const names = indexes.length === 0 ? 'no index' : `${indexes.length} indexes`
  return [key, ...generator, indexes.length === 1 ? '1 index' : names].join(' · ')
}
