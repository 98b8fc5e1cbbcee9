/** Holds what the threads were told against what is there. */
import type { Kind, Line } from '../load/log.ts'
import type { Found, Signed } from './found.ts'

/** The log of a thread. */
export interface History {
  readonly thread: string
  readonly lines: readonly Line[]
}

/** What was found, by what is wrong with it; all empty: nothing. */
export interface Verdict {
  /** Acknowledged, and not there. */
  readonly lost: string[]
  /** There in part. */
  readonly torn: string[]
  /** There twice, or counted twice, or not counted. */
  readonly twice: string[]
  /** Told that it was aborted, and there. */
  readonly toldWrongly: string[]
  /** Events at connections that were to notice nothing. */
  readonly noticed: string[]
  /** What threads saw that cannot be, and other things that must not be. */
  readonly wrong: string[]
}

/** A task of a thread, from its log. */
export interface Told {
  readonly id: string
  readonly kind: Kind
  readonly journals: readonly string[]
  readonly scratch: string | null
  readonly begunAt: number
  /** Null: it was never told its end. */
  readonly end: (Line & { readonly t: 'done' | 'aborted' }) | null
}

/** The code of those that are told that their outcome is not known. */
export const unknownOutcome = 'ERR_IDB_OUTCOME_UNKNOWN'

/** The verdict on all that can be seen without knowing what the transactions were to do. */
export function judge(histories: readonly History[], found: Found): Verdict {
  const verdict: Verdict = {
    lost: [],
    torn: [],
    twice: [],
    toldWrongly: [],
    noticed: [],
    wrong: [...found.broken],
  }
  const told = histories.flatMap(tasksOf)
  const ids = idsOf(found)
  for (const task of told) judgeTask(task, ids, verdict)
  const begun = new Set(told.map(({ id }) => id))
  for (const [name, records] of found.journals) judgeJournal(name, records, { begun, verdict })
  for (const history of histories) {
    judgeScratch(history, found, verdict)
    judgeSaid(history, verdict)
  }
  return verdict
}

/** The tasks of a thread, in the order of their beginnings. */
export function tasksOf({ lines }: History): Told[] {
  const ends = new Map<string, Told['end']>()
  for (const line of lines) if (line.t === 'done' || line.t === 'aborted') ends.set(line.id, line)
  return lines.flatMap((line) => {
    if (line.t !== 'begun') return []
    const { id, kind, journals, scratch, at } = line
    return [{ id, kind, journals, scratch, begunAt: at, end: ends.get(id) ?? null }]
  })
}

type Ids = ReadonlyMap<string, ReadonlySet<string>>

function idsOf({ journals }: Found): Ids {
  return new Map(
    [...journals].map(([name, records]) => [name, new Set(records.map(({ id }) => id))]),
  )
}

function judgeTask({ id, kind, journals, end }: Told, ids: Ids, verdict: Verdict): void {
  const there = journals.filter((name) => ids.get(name)?.has(id))
  const isPart = there.length > 0 && there.length < journals.length
  if (isPart) verdict.torn.push(`${kind} ${id} is in ${there} alone`)
  else if (end?.t === 'done' && there.length < journals.length) {
    verdict.lost.push(`${kind} ${id} was acknowledged and is not in ${journals}`)
  } else if (end?.t === 'aborted' && there.length > 0 && end.code !== unknownOutcome) {
    verdict.toldWrongly.push(`${kind} ${id} is there and was told ${end.error}`)
  }
}

function judgeJournal(
  name: string,
  records: readonly Signed[],
  { begun, verdict }: { begun: ReadonlySet<string>; verdict: Verdict },
): void {
  const met = new Set<string>()
  for (const [i, { key, id, ticket }] of records.entries()) {
    if (met.has(id)) verdict.twice.push(`${id} is in ${name} twice`)
    met.add(id)
    if (!begun.has(id)) verdict.wrong.push(`nobody began ${id}, which is in ${name}`)
    if (ticket === i + 1 && key === ticket) continue
    verdict.twice.push(`${name}: record ${i + 1}, of ${id}, has key ${key} and ticket ${ticket}`)
    return
  }
}

/** A thread's own databases are there or not, as it was told last. */
function judgeScratch(history: History, { scratch }: Found, verdict: Verdict): void {
  for (const [name, tasks] of scratchTasks(history)) {
    const lastTold = tasks.findLastIndex(({ end }) => end?.t === 'done')
    // What came later may have happened or not.
    if (lastTold < tasks.length - 1) continue
    const last = tasks[lastTold]
    const found = scratch.get(name)
    if (last?.kind === 'fill' && found !== last.id)
      verdict.lost.push(`${name} has ${found} and not ${last.id}`)
    if (last?.kind === 'delete' && found !== undefined)
      verdict.lost.push(`${name} was deleted and is there`)
  }
}

function scratchTasks(history: History): Map<string, Told[]> {
  const tasks = new Map<string, Told[]>()
  for (const task of tasksOf(history)) {
    if (task.scratch === null) continue
    tasks.set(task.scratch, [...(tasks.get(task.scratch) ?? []), task])
  }
  return tasks
}

function judgeSaid({ thread, lines }: History, { noticed, torn, lost, wrong }: Verdict): void {
  for (const line of lines) {
    if (line.t === 'noticed') noticed.push(`${thread}: ${line.what}`)
    if (line.t !== 'wrong') continue
    if (line.what.includes('torn:')) torn.push(line.what)
    else if (line.what.includes('lost:')) lost.push(line.what)
    else wrong.push(line.what)
  }
}
