/** One thing that a thread does, and what it needs for that. */
import { resultOf } from '../../../kit/promises.ts'
import { type Random, seededRandom } from '../../../kit/history/random.ts'
import type { Connections } from './databases.ts'
import type { Kind, Log } from './log.ts'
import type { Ending, Work } from './transactions.ts'

/** Faults that a thread commits on purpose, to prove that the judge finds them. */
export const breakages = ['lose', 'twice', 'lie', 'torn', 'hang', 'forge'] as const
export type Breakage = (typeof breakages)[number]

/** What all tasks of a thread share. */
export interface Place {
  /** The one to ask now. */
  readonly factory: () => IDBFactory
  readonly connections: Connections
  readonly thread: string
  readonly seed: number
  readonly log: Log
  readonly broken: Breakage | null
}

/** The random numbers of a task, which its judge draws again. */
export function randomOf(seed: number, id: string): Random {
  let hash = 17
  for (const character of id) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0
  return seededRandom(seed, hash)
}

/** How many of 100 tasks go wrong in a thread that is broken on purpose. */
const brokenShare = 5

/** What else is known of a task that begins. */
interface Begun {
  readonly wantsAbort?: boolean
  readonly scratch?: string | null
}

/** One task. */
export class Task {
  readonly place: Place
  /** Of the tasks that a thread has under way at once none have the same. */
  readonly slot: number
  readonly id: string
  readonly random: Random
  readonly durability: IDBTransactionDurability
  /** Script wants it to end by an abort. */
  isWantedToAbort = false
  readonly #isBroken: boolean

  constructor(place: Place, slot: number, number: number) {
    this.place = place
    this.slot = slot
    this.id = `${place.thread}/${number}`
    this.random = randomOf(place.seed, this.id)
    this.durability = this.random.percent(10) ? 'strict' : 'relaxed'
    this.#isBroken = this.random.percent(brokenShare)
  }

  /** Whether this task is to commit that fault. */
  breaks(breakage: Breakage): boolean {
    return this.#isBroken && this.place.broken === breakage
  }

  connection(name: string): Promise<IDBDatabase> {
    return this.place.connections.to(name)
  }

  /** To be called before anything is asked for. */
  begin(
    kind: Kind,
    journals: readonly string[],
    { wantsAbort = false, scratch = null }: Begun = {},
  ): void {
    this.isWantedToAbort = wantsAbort
    this.place.log({ t: 'begun', id: this.id, kind, journals, scratch })
  }

  /** To be called when it is over. */
  end(ending: Ending): void {
    const { log } = this.place
    const { id } = this
    if (ending.committed && !this.breaks('lie')) return log({ t: 'done', id })
    const { error, code } = ending.committed ? { error: 'a lie', code: null } : ending
    log({ t: 'aborted', id, wanted: this.isWantedToAbort, error, code })
  }

  /** Says what cannot be. */
  wrong(what: string): void {
    this.place.log({ t: 'wrong', what: `${this.id}: ${what}` })
  }

  /** Takes the next ticket and leaves a record in the journal; the key generator counts the same records. */
  async sign({ store }: Work, suffix: string): Promise<number> {
    const ticket = await addTo(store(`counter${suffix}`), 'tickets', 1)
    const journal = store(`journal${suffix}`)
    const key = await resultOf(journal.add({ id: this.id, ticket }))
    if (key !== ticket) this.wrong(`the key generator gave ${String(key)} for ticket ${ticket}`)
    return ticket
  }
}

/** Adds to the number at a key; gives the sum. */
export async function addTo(
  numbers: IDBObjectStore,
  key: IDBValidKey,
  amount: number,
): Promise<number> {
  const sum = ((await resultOf(numbers.get(key))) as number) + amount
  numbers.put(sum, key)
  return sum
}
