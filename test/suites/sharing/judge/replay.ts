/** Runs all transactions of kind `model` on the model, in the order of their tickets, and compares what each was given. */
import { Model, type Planned } from '../../model/model.ts'
import type { Line } from '../load/log.ts'
import { drawTransaction, isWriting } from '../load/model.ts'
import { everything } from '../load/databases.ts'
import type { Found } from './found.ts'
import { type History, tasksOf } from './judge.ts'

type FoundLine = Line & { readonly t: 'found' }

/** What was seen that the model does not see, and how many transactions were compared. */
export function replay(
  seed: number,
  histories: readonly History[],
  { journals }: Found,
): { compared: number; differences: string[] } {
  const model = new Model()
  model.upgrade({ do: 'upgrade', toggles: everything(), isAborted: false })
  const seen = seenBy(histories)
  const journal = journals.get('model/journal') ?? []
  const differences: string[] = []
  const apply = (id: string, texts: readonly string[] | null): void => {
    const difference = compare(model, { seed, id, texts })
    if (difference !== null) differences.push(difference)
  }
  for (let ticket = 0; ticket <= journal.length && differences.length === 0; ticket++) {
    const id = journal[ticket - 1]?.id
    if (id !== undefined) apply(id, seen.committed.get(id) ?? null)
    for (const { id: reader, texts } of seen.others.get(ticket) ?? []) apply(reader, texts)
  }
  return { compared: seen.count, differences }
}

interface Seen {
  /** By ids: those that changed the model's stores. */
  readonly committed: ReadonlyMap<string, readonly string[]>
  /** After that ticket: those that only read, and those that script aborted. */
  readonly others: ReadonlyMap<number, readonly FoundLine[]>
  readonly count: number
}

/** What counts: a transaction that was aborted by another may have been told of that in each result. */
function seenBy(histories: readonly History[]): Seen {
  const committed = new Map<string, readonly string[]>()
  const others = new Map<number, FoundLine[]>()
  let count = 0
  for (const history of histories) {
    const tasks = new Map(tasksOf(history).map((task) => [task.id, task]))
    for (const line of history.lines) {
      if (line.t !== 'found') continue
      const task = tasks.get(line.id)
      const isCommitted = task?.end?.t === 'done'
      if (!isCommitted && !(task?.end?.t === 'aborted' && task.end.error === 'abort()')) continue
      count++
      if (isCommitted && task.journals.length > 0) committed.set(line.id, line.texts)
      else others.set(line.ticket, [...(others.get(line.ticket) ?? []), line])
    }
  }
  return { committed, others, count }
}

/** `texts` null: only what it does counts, what it was given is not known. */
function compare(
  model: Model,
  { seed, id, texts }: { seed: number; id: string; texts: readonly string[] | null },
): string | null {
  const drawn = drawTransaction(seed, id)
  // What only reads leaves the model as it is, aborted or not.
  const isAborted = drawn.isAborted && isWriting(drawn)
  const { requests } = model.transact({
    do: 'transaction',
    requests: drawn.requests,
    durability: 'relaxed',
    isAborted,
    isEarly: false,
  })
  if (texts === null) return null
  for (const [i, planned] of requests.entries()) {
    const expected = [planned.expected, ...writesOf(planned)].join('; ')
    const found = textsOf(texts[i] ?? 'nothing').join('; ')
    if (found !== expected) {
      return `model: ${id} ${planned.request.do} gave ${found}\n  and not ${expected}`
    }
  }
  return null
}

function writesOf({ visits }: Planned): string[] {
  return visits.filter(({ write }) => write !== null).map(({ expected }) => expected)
}

/** What a cursor saw, then what its writes gave: a player that expects nothing of them says each among what the cursor saw. */
function textsOf(text: string): string[] {
  const write = / write gave (.*?) instead of (?= |$)/g
  const writes = [...text.matchAll(write)].map(([, given = '']) => given)
  return [text.replace(write, ''), ...writes]
}
