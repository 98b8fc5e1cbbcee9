/** Transactions of the model's programs, whose results are written down for the judge to hold against the model. */
import { seededRandom } from '../../../kit/history/random.ts'
import { resultOf } from '../../../kit/promises.ts'
import { generateProgram } from '../../model/generate.ts'
import type { Planned } from '../../model/model.ts'
import { playRequests } from '../../model/play.ts'
import { type Request, storeKinds } from '../../model/program.ts'
import { journalStores } from './databases.ts'
import { randomOf, type Task } from './task.ts'
import { type Ending, transact } from './transactions.ts'

/** A transaction as it is drawn for an id. */
export interface Drawn {
  readonly requests: readonly Request[]
  readonly isAborted: boolean
}

const writes: ReadonlySet<Request['do']> = new Set(['put', 'add', 'delete', 'clear'])

/** The transaction that has that id, each time the same. */
export function drawTransaction(seed: number, id: string): Drawn {
  const random = randomOf(seed, `${id} model`)
  for (;;) {
    const program = generateProgram(3, seededRandom(random.below(2 ** 31)))
    for (const step of program) {
      if (step.do !== 'transaction') continue
      return { requests: step.requests.map(withoutJumps), isAborted: step.isAborted }
    }
  }
}

/** Where a cursor may be sent depends on where it is. */
function withoutJumps(request: Request): Request {
  if (!('visits' in request)) return request
  const visits = request.visits.map(({ write, move }) => ({
    write: request.do === 'openCursor' ? write : null,
    move: typeof move === 'object' && 'to' in move ? ('continue' as const) : move,
  }))
  return { ...request, visits }
}

/** Whether it changes anything. */
export function isWriting({ requests }: Drawn): boolean {
  return requests.some(
    (it) => writes.has(it.do) || ('visits' in it && it.visits.some(({ write }) => write !== null)),
  )
}

export async function playModel(task: Task): Promise<Ending> {
  const { id, durability, place } = task
  const drawn = drawTransaction(place.seed, id)
  const writing = isWriting(drawn)
  const wantsAbort = drawn.isAborted
  task.begin('model', writing ? ['model/journal'] : [], { wantsAbort })
  const wish = {
    stores: [...Object.keys(storeKinds), ...journalStores('')],
    mode: writing ? 'readwrite' : 'readonly',
    durability,
  } as const
  return transact(await task.connection('model'), wish, async (work) => {
    const ticket = writing
      ? (await task.sign(work, '')) - 1
      : ((await resultOf(work.store('counter').get('tickets'))) as number)
    const texts = await play(work.transaction, drawn)
    if (task.breaks('forge')) texts[0] = 'forged'
    place.log({ t: 'found', id, ticket, texts })
    if (wantsAbort) work.transaction.abort()
  })
}

/** Resolves to the results, in order; never when the transaction is aborted by another. */
function play(transaction: IDBTransaction, { requests }: Drawn): Promise<string[]> {
  const planned = requests.map((request): Planned => {
    const visits = 'visits' in request ? request.visits : []
    return { request, expected: '', visits: visits.map((it) => ({ ...it, expected: '' })) }
  })
  return new Promise((resolve, reject) => {
    transaction.addEventListener('abort', () => reject(transaction.error))
    const texts: string[] = []
    playRequests(transaction, planned, (_, text) => {
      texts.push(text)
      if (texts.length === planned.length) resolve(texts)
    })
  })
}
