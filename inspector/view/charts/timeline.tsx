import { useEffect, useState } from 'preact/hooks'
import type { Activity, Commit, Source, StoreSecond } from '../../source/source.ts'
import { Failure } from '../parts/failure.tsx'
import { Notice } from '../parts/notice.tsx'
import { useLoad } from '../use-load.ts'
import { counted, nameText } from '../words.ts'

const minuteMs = 60_000

interface TimelineProps {
  readonly source: Source
  readonly database: string
  readonly changes: number
}

/** What was committed in the last minute: a line for each object store, and the latest transactions. */
export function Timeline({ source, database, changes }: TimelineProps) {
  const ticks = useTicks()
  const load = async () => ({ activity: await source.activity(database) })
  const { result, error, again } = useLoad(load, [source, database, changes, ticks])
  if (error) return <Failure error={error} again={again} />
  if (!result) return <p class="waiting">Reading…</p>
  const { activity } = result
  if (!activity) {
    return (
      <Notice title="This IndexedDB does not tell of transactions">
        A browser’s own lets nobody watch. Databases of idb-everywhere tell of each commit, by all
        tabs and processes.
      </Notice>
    )
  }
  if (activity.latest.length === 0) {
    return (
      <Notice title="Nothing was committed in the last minute">
        Transactions that change something appear here, of all programs that use the database.
        {activity.missedMs !== null && ` ${missed}`}
      </Notice>
    )
  }
  return <Minute activity={activity} />
}

/** Time passes also where nothing changes. */
function useTicks(): number {
  const [ticks, setTicks] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTicks((before) => before + 1), 1_000)
    return () => clearInterval(timer)
  }, [])
  return ticks
}

const missed =
  'Some may be missing: the directory has another owner now, or too much happened at once.'

function Minute({ activity }: { activity: Activity }) {
  const { seconds, latest, nowMs, sinceMs, missedMs } = activity
  const stores = [...new Set(seconds.map(({ store }) => store))].sort()
  const most = Math.max(...seconds.map(({ changes }) => changes))
  const watchedSeconds = Math.round((nowMs - sinceMs) / 1_000)
  return (
    <figure class="timeline">
      <ol>
        {stores.map((store) => (
          <StoreLine
            key={store}
            {...{ store, nowMs, most }}
            seconds={seconds.filter((it) => it.store === store)}
          />
        ))}
      </ol>
      <div class="axis" aria-hidden="true">
        <span>a minute ago</span>
        <span>now</span>
      </div>
      <figcaption>
        Changes by second, of all programs that use the database.
        {watchedSeconds < 60 && ` Noted for ${counted(watchedSeconds, 'second')} so far.`}
        {missedMs !== null && ` ${missed}`}
      </figcaption>
      <Latest latest={latest} />
    </figure>
  )
}

interface StoreLineProps {
  readonly store: string
  readonly seconds: readonly StoreSecond[]
  readonly nowMs: number
  readonly most: number
}

function StoreLine({ store, seconds, nowMs, most }: StoreLineProps) {
  const transactions = seconds.reduce((sum, it) => sum + it.transactions, 0)
  const changes = seconds.reduce((sum, it) => sum + it.changes, 0)
  return (
    <li>
      <span class="line-name">{nameText(store)}</span>
      <span class="line-facts">
        {counted(transactions, 'transaction')} · {counted(changes, 'change')}
      </span>
      <span class="line-bars" aria-hidden="true">
        {seconds.map((it) => (
          <i key={it.startMs} style={barStyle(it, nowMs, most)} />
        ))}
      </span>
    </li>
  )
}

/** Of very different numbers the small ones stay to be seen. */
function barStyle({ startMs, changes }: StoreSecond, nowMs: number, most: number): string {
  const left = Math.max(0, 1 - (nowMs - startMs) / minuteMs)
  const height = Math.max(0.08, Math.sqrt(changes / most))
  return `left: ${(left * 100).toFixed(2)}%; height: ${(height * 100).toFixed(1)}%`
}

function Latest({ latest }: { latest: readonly Commit[] }) {
  return (
    <table class="latest">
      <caption>Latest transactions</caption>
      <thead>
        <tr>
          <th scope="col">Committed</th>
          <th scope="col">Changes</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        {latest.map(({ atMs, stores, isOwn, tookMs }, i) => (
          <tr key={i}>
            <td>{timeText(atMs)}</td>
            <td>
              {stores.map(({ store, changes }) => (
                <span key={store}>
                  {nameText(store)}{' '}
                  {changes === null ? 'more than 1,000' : counted(changes, 'change')}
                </span>
              ))}
            </td>
            <td>{isOwn ? `${tookMs === null ? '' : `${Math.round(tookMs)} ms, `}here` : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function timeText(ms: number): string {
  const time = new Date(ms)
  return `${time.toLocaleTimeString('en-GB')}.${String(time.getMilliseconds()).padStart(3, '0')}`
}
