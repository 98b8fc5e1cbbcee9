/** What is done with databases of one thread alone, which knows what it must find in them. */
import { openDatabase, resultOf } from '../../../kit/promises.ts'
import { journalStores } from './databases.ts'
import type { Task } from './task.ts'
import { abortedBy, type Ending, transact } from './transactions.ts'

/** What may be there: what was there before, and what has been asked for without an answer. */
export class Possible {
  #states: readonly (string | null)[] = [null]

  has(state: string | null): boolean {
    return this.#states.includes(state)
  }

  /** `state` is asked for. */
  ask(state: string | null): void {
    this.#states = [...this.#states, state]
  }

  /** What was asked for is there, or is not; an unanswered one before it is no longer possible either. */
  settle(state: string | null): void {
    this.#states = [state]
  }

  toString(): string {
    return this.#states.join(' or ')
  }
}

/** What the threads' slots may find in their own record and in their own database. */
export interface OwnState {
  readonly record: Possible
  readonly scratch: Possible
}

interface OwnRecord {
  readonly id: string
  readonly bytes: Uint8Array
}

/** Replaces the slot's record, after a look at it. */
export async function replaceOwn(task: Task, { record }: OwnState): Promise<Ending> {
  const { id, random, durability, place } = task
  const name = `own-${place.thread}`
  const isDeleted = random.percent(15)
  task.begin('own', [`${name}/journal`])
  const stores = ['own', ...journalStores('')]
  const database = await task.connection(name)
  const ending = await transact(
    database,
    { stores, mode: 'readwrite', durability },
    async (work) => {
      await task.sign(work, '')
      const own = work.store('own')
      const found = (await resultOf(own.get(task.slot))) as OwnRecord | undefined
      if (!record.has(found?.id ?? null)) task.wrong(`lost: ${found?.id} and not ${record}`)
      if (found && !isWhole(found)) task.wrong(`torn: the bytes of ${found.id}`)
      record.ask(isDeleted ? null : id)
      if (isDeleted) own.delete(task.slot)
      else own.put({ id, bytes: bytesOf(id, lengthOf(task)) }, task.slot)
    },
  )
  if (ending.committed) record.settle(isDeleted ? null : id)
  return ending
}

/** Short ones mostly, some beside the record, some in many frames. */
function lengthOf({ random }: Task): number {
  const kind = random.below(100)
  if (kind < 80) return random.below(500)
  return kind < 97 ? random.below(30_000) : random.below(600_000)
}

function bytesOf(id: string, length: number): Uint8Array {
  return new Uint8Array(length).fill(id.charCodeAt(id.length - 1))
}

function isWhole({ id, bytes }: OwnRecord): boolean {
  return bytes.every((byte) => byte === id.charCodeAt(id.length - 1))
}

/** Makes the slot's database, or puts another record into it. */
export async function fillScratch(task: Task, { scratch }: OwnState): Promise<Ending> {
  const name = scratchName(task)
  task.begin('fill', [], { scratch: name })
  const create = (database: IDBDatabase): unknown => database.createObjectStore('only')
  const database = await openDatabase(task.place.factory(), create, { name })
  try {
    const wish = { stores: ['only'], mode: 'readwrite', durability: task.durability } as const
    const ending = await transact(database, wish, async ({ store }) => {
      const found = (await resultOf(store('only').get(1))) as string | undefined
      if (!scratch.has(found ?? null)) task.wrong(`lost: ${found} and not ${scratch}`)
      scratch.ask(task.id)
      store('only').put(task.id, 1)
    })
    if (ending.committed) scratch.settle(task.id)
    return ending
  } finally {
    database.close()
  }
}

/** Deletes the slot's database, after which none may list it. */
export async function deleteScratch(task: Task, { scratch }: OwnState): Promise<Ending> {
  const name = scratchName(task)
  task.begin('delete', [], { scratch: name })
  const factory = task.place.factory()
  try {
    scratch.ask(null)
    await resultOf(factory.deleteDatabase(name))
    scratch.settle(null)
    const listed = (await factory.databases()).some((it) => it.name === name)
    if (listed) task.wrong(`databases() lists ${name}, which is deleted`)
  } catch (error) {
    return abortedBy(error)
  }
  return { committed: true }
}

function scratchName({ place, slot }: Task): string {
  return `scratch-${place.thread}-${slot}`
}
