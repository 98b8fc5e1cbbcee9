import type { Schema, Source, StoreSchema } from '../../source/source.ts'
import { Notice } from '../parts/notice.tsx'
import { useCount } from '../use-count.ts'
import { counted, keyPathText, nameText } from '../words.ts'
import { type StoreBox, curve, fitted, layOut } from './schema-layout.ts'

interface SchemaDrawingProps {
  readonly source: Source
  readonly schema: Schema
  readonly changes: number
}

/** Object stores with their key paths and generators, and the indexes of each. */
export function SchemaDrawing({ source, schema, changes }: SchemaDrawingProps) {
  if (schema.stores.length === 0) {
    return (
      <Notice title="This database has no object store">
        A program makes them when it opens the database with a higher version.
      </Notice>
    )
  }
  const { width, height, boxes } = layOut(schema)
  return (
    <div class="schema">
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={inWords(schema)}
      >
        {boxes.map((box) => (
          <StoreDrawing key={box.store.name} {...{ source, changes, box }} database={schema.name} />
        ))}
      </svg>
    </div>
  )
}

interface StoreDrawingProps {
  readonly source: Source
  readonly database: string
  readonly box: StoreBox
  readonly changes: number
}

function StoreDrawing({ source, database, box, changes }: StoreDrawingProps) {
  const { x, y, width, height, store, indexes } = box
  const count = useCount(source, { database, store: store.name, index: null, range: null }, changes)
  const room = width - 32
  return (
    <g>
      {indexes.map((it) => (
        <path key={it.index.name} class="edge" d={curve(box, it)} />
      ))}
      <rect class="store-box" {...{ x, y, width, height }} rx="8" />
      <text class="box-title" x={x + 16} y={y + 25}>
        {fitted(nameText(store.name), room, 8.6)}
      </text>
      <text class="box-line" x={x + 16} y={y + 44}>
        {fitted(keyLine(store), room)}
      </text>
      <text class="box-line soft" x={x + 16} y={y + 62}>
        {count === null ? '' : counted(count, 'record')}
      </text>
      {indexes.map(({ index, ...at }) => (
        <g key={index.name}>
          <rect class="index-box" x={at.x} y={at.y} width={at.width} height={at.height} rx="8" />
          <text class="box-title" x={at.x + 16} y={at.y + 21}>
            {fitted(nameText(index.name), at.width - 32, 8.6)}
          </text>
          <text class="box-line" x={at.x + 16} y={at.y + 39}>
            {fitted(indexLine(index), at.width - 32)}
          </text>
        </g>
      ))}
    </g>
  )
}

function keyLine({ keyPath, autoIncrement }: StoreSchema): string {
  const key = keyPath === null ? 'key out of line' : `key: ${keyPathText(keyPath)}`
  return autoIncrement ? `${key}, generated` : key
}

function indexLine({ keyPath, unique, multiEntry }: StoreSchema['indexes'][number]): string {
  const kinds = [unique && 'unique', multiEntry && 'multi-entry'].filter(Boolean)
  return [keyPathText(keyPath), ...kinds].join(' · ')
}

function inWords({ name, stores }: Schema): string {
  const parts = stores.map((store) => {
    const indexes = store.indexes.map((it) => `${nameText(it.name)} (${indexLine(it)})`)
    return `${nameText(store.name)}, ${keyLine(store)}${indexes.length > 0 ? `, indexes ${indexes.join(', ')}` : ''}`
  })
  return `Schema of ${nameText(name)}: ${parts.join('; ')}`
}
