/** Processes that have ended without a word: the server has let go of what each of them held over its connection for messages. */
import { append } from '../../base/own-property.ts'
import { now } from '../../event-loop/turn.ts'
import { type Row, textIn } from '../wire/statement.ts'

interface Absence {
  /** When it was seen last, in microseconds, as the server says it. */
  readonly seen: string
  /** Since when it is missed. */
  readonly since: number
}

/** What is known while some are waited for. One whose connection was cut is back soon, or renews its row over another. */
export class Absences {
  readonly #graceMs: number
  #known = new Map<string, Absence>()

  /** `graceMs`: how long one is missed before it is taken for gone. */
  constructor(graceMs: number) {
    this.#graceMs = graceMs
  }

  /** Takes who is missed now, and when each was seen last; gives those that are gone, as two lists. */
  note(rows: readonly Row[]): { readonly clients: string[]; readonly seen: string[] } {
    const known = this.#known
    this.#known = new Map()
    const gone: [client: string, seen: string][] = []
    for (const row of rows) {
      const [client, seen] = [textIn(row, 0), textIn(row, 1)]
      const before = known.get(client)
      const absence = before?.seen === seen ? before : { seen, since: now() }
      this.#known.set(client, absence)
      if (now() - absence.since >= this.#graceMs) append(gone, [client, seen])
    }
    return { clients: gone.map(([client]) => client), seen: gone.map(([, seen]) => seen) }
  }
}
