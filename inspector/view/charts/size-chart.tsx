import type { Source, SourceSize } from '../../source/source.ts'
import { Failure } from '../parts/failure.tsx'
import { Notice } from '../parts/notice.tsx'
import { useLoad } from '../use-load.ts'
import { counted, nameText, size } from '../words.ts'

/** What object stores and indexes take, as bars. */
export function SizeChart({
  source,
  database,
  changes,
}: {
  source: Source
  database: string
  changes: number
}) {
  const { result, error, again } = useLoad(
    () => source.sizes(database),
    [source, database, changes],
  )
  if (error) return <Failure error={error} again={again} />
  if (!result) return <p class="waiting">Counting…</p>
  if (result.length === 0) return <Notice title="There is no object store to measure" />
  const largest = Math.max(...result.map(({ bytes }) => bytes))
  return (
    <figure class="sizes">
      <ul>
        {result.map((it) => (
          <SizeBar
            key={`${it.store}\n${it.index}`}
            {...it}
            share={largest === 0 ? 0 : it.bytes / largest}
          />
        ))}
      </ul>
      <figcaption>
        Counts are exact. Sizes are estimates of keys and values from at most 100 records of each,
        and say nothing of what the file keeps for itself.
      </figcaption>
    </figure>
  )
}

function SizeBar({ store, index, count, bytes, share }: SourceSize & { share: number }) {
  return (
    <li>
      <span class="size-name">
        {nameText(index ?? store)}
        {index !== null && <small>index of {nameText(store)}</small>}
      </span>
      <span class="size-count">{counted(count, index === null ? 'record' : 'entry')}</span>
      <span class="size-bytes">{size(bytes)}</span>
      <span class={index === null ? 'bar' : 'bar of-index'} aria-hidden="true">
        <i style={`width: ${Math.max(share * 100, bytes > 0 ? 0.5 : 0)}%`} />
      </span>
    </li>
  )
}
