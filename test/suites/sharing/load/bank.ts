/** What is done with the bank: each kind of transaction keeps a promise that every reader can check. */
import { IDBKeyRange } from '../../../../src/index.ts'
import { resultOf } from '../../../kit/promises.ts'
import { accountCount, itemCount, journalStores, type Lane, lanes, laneSum } from './databases.ts'
import { addTo, type Task } from './task.ts'
import { type Ending, transact, type Work } from './transactions.ts'

/** Few enough that threads meet each other's. */
const nameCount = 400

/** Takes from one account and gives to another, in the same lane or across: the sum of all stays. */
export async function transfer(task: Task): Promise<Ending> {
  const { random, durability } = task
  const chosen: Lane[] = random.percent(25) ? [...lanes] : [random.pick(lanes)]
  const [source, target] = [random.below(accountCount), random.below(accountCount)]
  const amount = 1 + random.below(9)
  const wantsAbort = random.percent(8)
  const journals = chosen.map((lane) => `bank/journal-${lane}`)
  task.begin('transfer', journals, { wantsAbort })
  const stores = chosen.flatMap((lane) => storesOf(lane, 'accounts'))
  const bank = await task.connection('bank')
  return transact(bank, { stores, mode: 'readwrite', durability }, async (work) => {
    for (const lane of chosen) await task.sign(work, `-${lane}`)
    await addTo(work.store(`accounts-${chosen[0] ?? 'a'}`), source, -amount)
    if (task.breaks('torn')) return
    await addTo(work.store(`accounts-${chosen.at(-1) ?? 'a'}`), target, amount)
    if (wantsAbort) work.transaction.abort()
  })
}

/** Raises all items from one on by a cursor, and counts how many that were. */
export async function raise(task: Task): Promise<Ending> {
  const { random, durability } = task
  const lane = random.pick(lanes)
  const from = random.below(itemCount)
  task.begin('raise', [`bank/journal-${lane}`])
  const stores = storesOf(lane, 'items')
  const bank = await task.connection('bank')
  return transact(bank, { stores, mode: 'readwrite', durability }, async (work) => {
    await task.sign(work, `-${lane}`)
    const raised = await raiseFrom(work.store(`items-${lane}`), from)
    if (raised !== itemCount - from) task.wrong(`a cursor met ${raised} items from ${from} on`)
    await addTo(work.store(`counter-${lane}`), 'raises', raised)
  })
}

function raiseFrom(items: IDBObjectStore, from: number): Promise<number> {
  const request = items.openCursor(IDBKeyRange.lowerBound(from))
  let raised = 0
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor) return resolve(raised)
      raised++
      cursor.update({ count: (cursor.value as { count: number }).count + 1 })
      cursor.continue()
    }
  })
}

/** Claims a name, which fails where another has it; then it commits without, or is aborted by that. */
export async function claim(task: Task): Promise<Ending> {
  const { random, durability, id } = task
  const lane = random.pick(lanes)
  const name = `name ${random.below(nameCount)}`
  const isPrevented = random.percent(50)
  task.begin('claim', [`bank/journal-${lane}`])
  const stores = storesOf(lane, 'names')
  const bank = await task.connection('bank')
  return transact(bank, { stores, mode: 'readwrite', durability }, async (work) => {
    await task.sign(work, `-${lane}`)
    const taken = await isTaken(work.store(`names-${lane}`), { id, name }, isPrevented)
    if (!taken) await addTo(work.store(`counter-${lane}`), 'claims', 1)
    else if (!isPrevented) task.isWantedToAbort = true
  })
}

function isTaken(
  names: IDBObjectStore,
  record: { id: string; name: string },
  isPrevented: boolean,
): Promise<boolean> {
  const request = names.add(record)
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(false)
    request.onerror = (event) => {
      if (request.error?.name !== 'ConstraintError') return reject(request.error)
      if (isPrevented) event.preventDefault()
      resolve(true)
    }
  })
}

/** Reads all in one transaction, and checks every promise. */
export async function scan(task: Task): Promise<Ending> {
  task.begin('scan', [])
  const kinds = ['accounts', 'items', 'names']
  const stores = [...new Set(lanes.flatMap((lane) => kinds.flatMap((it) => storesOf(lane, it))))]
  const bank = await task.connection('bank')
  return transact(bank, { stores, mode: 'readonly' }, async (work) => {
    for (const what of await brokenPromises(work)) task.wrong(what)
  })
}

/** What the whole bank breaks of what every transaction keeps. */
export async function brokenPromises(work: Work): Promise<string[]> {
  const broken: string[] = []
  for (const lane of lanes) broken.push(...(await brokenIn(work, lane)))
  const sum = await sumOfAll(work)
  return sum === laneSum * lanes.length ? broken : [...broken, `torn: the accounts hold ${sum}`]
}

async function brokenIn({ store }: Work, lane: Lane): Promise<string[]> {
  const counter = store(`counter-${lane}`)
  const keys = ['tickets', 'raises', 'claims']
  const [tickets, raises, claims] = await Promise.all(keys.map((key) => resultOf(counter.get(key))))
  const [journal, names, items] = await Promise.all([
    resultOf(store(`journal-${lane}`).count()),
    resultOf(store(`names-${lane}`).index('name').count()),
    resultOf(store(`items-${lane}`).getAll()) as Promise<{ count: number }[]>,
  ])
  const raised = items.reduce((sum, { count }) => sum + count, 0)
  const pairs = [
    ['records in the journal', journal, tickets],
    ['names', names, claims],
    ['raised items', raised, raises],
  ]
  return pairs
    .filter(([, found, counted]) => found !== counted)
    .map(
      ([what, found, counted]) => `torn: ${found} ${what} in lane ${lane}, and ${counted} counted`,
    )
}

async function sumOfAll({ store }: Work): Promise<number> {
  const requests = lanes.map((lane) => resultOf(store(`accounts-${lane}`).getAll()))
  const balances = (await Promise.all(requests)).flat() as number[]
  return balances.reduce((sum, balance) => sum + balance, 0)
}

function storesOf(lane: Lane, kind: string): string[] {
  return [`${kind}-${lane}`, ...journalStores(`-${lane}`)]
}
