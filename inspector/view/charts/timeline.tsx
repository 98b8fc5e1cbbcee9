import type { Source, TransactionSpan } from '../../source/source.ts'
import { Failure } from '../parts/failure.tsx'
import { Notice } from '../parts/notice.tsx'
import { useLoad } from '../use-load.ts'

const minuteMs = 60_000

/** The transactions of the last minute, each a bar from its beginning to its end. */
export function Timeline({
  source,
  database,
  changes,
}: {
  source: Source
  database: string
  changes: number
}) {
  const { result, error, again } = useLoad(
    async () => ({ spans: (await source.transactions?.()) ?? [], nowMs: Date.now() }),
    [source, changes],
  )
  if (error) return <Failure error={error} again={again} />
  if (!result) return <p class="waiting">Reading…</p>
  const spans = result.spans.filter((it) => it.database === database)
  if (spans.length === 0) {
    return (
      <Notice title="No transaction in the last minute">
        They appear here while programs use the database.
      </Notice>
    )
  }
  return (
    <figure class="timeline">
      <ol>
        {spans.map((span, i) => (
          <SpanBar key={i} span={span} nowMs={result.nowMs} />
        ))}
      </ol>
      <figcaption>The last minute, now at the right.</figcaption>
    </figure>
  )
}

function SpanBar({ span, nowMs }: { span: TransactionSpan; nowMs: number }) {
  const { stores, mode, startMs, endMs, outcome } = span
  const from = Math.max(0, 1 - (nowMs - startMs) / minuteMs)
  const to = endMs === null ? 1 : Math.max(from, 1 - (nowMs - endMs) / minuteMs)
  const took = `${Math.round((endMs ?? nowMs) - startMs)} ms`
  return (
    <li>
      <span class="span-name">{stores.join(', ')}</span>
      <span class="span-facts">
        {mode} · {took}
        {outcome === 'abort' && ' · aborted'}
        {endMs === null && ' · goes on'}
      </span>
      <span class={`span-bar ${mode} ${outcome ?? 'running'}`} aria-hidden="true">
        <i style={`left: ${from * 100}%; width: max(3px, ${(to - from) * 100}%)`} />
      </span>
    </li>
  )
}
