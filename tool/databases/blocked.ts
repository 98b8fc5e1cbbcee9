/** Programs that have a database open which is to be deleted. */
import type { Command } from 'commander'
import type { IDBBlocker } from 'idb-everywhere'
import { Failure } from '../terminal/failures.ts'
import { plainText } from '../terminal/plain-text.ts'
import { isServer } from '../terminal/server.ts'
import { secondsArgument } from './arguments.ts'

/** Adds `--wait`, in seconds. */
export function withWait(command: Command): Command {
  return command.option(
    '--wait <seconds>',
    'how long programs may take to close it',
    secondsArgument,
    defaultSeconds,
  )
}

const defaultSeconds = 10

/** Says whom it waits for. */
export function waitingText(name: string, blockers: readonly IDBBlocker[], wait: number): string {
  return `${stillOpenText(name, blockers)}; waiting up to ${wait} s for it to be closed`
}

/** Says who has it open: the processes, as far as they are known. */
function stillOpenText(name: string, blockers: readonly IDBBlocker[]): string {
  return `Database ${plainText(JSON.stringify(name))} is open ${placesOf(blockers)}`
}

function placesOf(blockers: readonly IDBBlocker[]): string {
  const places = new Set(blockers.map(placeOf))
  // At the end, where it is not all that is known.
  const isElsewhere = places.delete(elsewhere) || places.size === 0
  return [...places, ...(isElsewhere ? [elsewhere] : [])].join(' and ')
}

const elsewhere = 'elsewhere'

function placeOf({ pid, application, address, connections }: IDBBlocker): string {
  if (pid !== null) return `in process ${pid}`
  if (typeof application !== 'string') return elsewhere
  const from = typeof address === 'string' ? ` from ${address}` : ''
  const count = connections === 1 ? '' : ` with ${connections} connections`
  return plainText(`in process ${JSON.stringify(application)}${from}${count}`)
}

interface PatienceOptions {
  /** Where the database is. */
  readonly place: string
  /** How many seconds. */
  readonly wait: number
  /** What is not done to the database when they are over. */
  readonly done: 'deleted' | 'replaced'
}

/** How many seconds someone waits for a database to be closed, from when it turns out to be open. */
export class Patience {
  readonly #options: PatienceOptions
  readonly #controller = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: PatienceOptions) {
    this.#options = options
  }

  /** Aborted when it is at an end, with the Failure that says so. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Says whom it waits for. */
  begin(name: string, blockers: readonly IDBBlocker[]): void {
    const { place, wait, done } = this.#options
    console.error(waitingText(name, blockers, wait))
    const advice = isServer(place) ? '; "postgres status" shows who uses the server' : ''
    const message = `${stillOpenText(name, blockers)}, and was not ${done}${advice}`
    const failure = new Failure(message, 'AbortError', 'ERR_IDB_BLOCKED')
    this.#timer = setTimeout(() => this.#controller.abort(failure), wait * 1000)
  }

  /** It is not needed any more. */
  end(): void {
    clearTimeout(this.#timer)
  }
}
