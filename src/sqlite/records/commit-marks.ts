/** The marks of commits: who asked for them, and which of theirs they were. Their table is made with the first one. */
import type { CommitMark } from '../../storage/storage.ts'
import type { Connection } from '../binding/connection.ts'
import type { Statement } from '../binding/statement.ts'
import { createMarksTable } from '../schema/tables.ts'

const sql = {
  find: `SELECT number FROM commit_marks WHERE client = ?1 AND slot = ?2`,
  write: `INSERT INTO commit_marks (client, slot, number) VALUES (?1, ?2, ?3)
    ON CONFLICT DO UPDATE SET number = excluded.number`,
  forget: `DELETE FROM commit_marks WHERE client = ?1`,
  countTable: `SELECT count(*) FROM sqlite_schema WHERE name = 'commit_marks'`,
}

/** One database's marks. */
export class CommitMarks {
  readonly #connection: Connection
  /** Whether the file has the table; null: to be looked up. */
  #hasTable: boolean | null = null

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The last number of a client's slot; null when it has none. */
  numberOf(client: string, slot: number): number | null {
    if (!this.#isThere()) return null
    const statement = this.#bindClient(sql.find, client)
    statement.bindInteger(2, slot)
    const number = statement.step() ? statement.number(0) : null
    statement.reset()
    return number
  }

  /** Writes a mark, over an earlier one of the same client and slot. */
  write({ client, slot, number }: CommitMark): void {
    if (!this.#isThere()) this.#connection.execute(createMarksTable)
    this.#hasTable = true
    const statement = this.#bindClient(sql.write, client)
    statement.bindInteger(2, slot)
    statement.bindInteger(3, number)
    statement.run()
  }

  /** Deletes all marks of a client. */
  forget(client: string): void {
    if (this.#isThere()) this.#bindClient(sql.forget, client).run()
  }

  /** The transaction was rolled back, perhaps with the table. */
  rolledBack(): void {
    this.#hasTable = null
  }

  #isThere(): boolean {
    this.#hasTable ??= this.#connection.readNumber(sql.countTable) > 0
    return this.#hasTable
  }

  /** The statement, with the client as ?1. */
  #bindClient(text: string, client: string): Statement {
    const { scratch } = this.#connection.engine
    const statement = this.#connection.prepare(text)
    // Three bytes are the most that a code unit takes in UTF-8.
    scratch.reserve(client.length * 3)
    const pointer = scratch.end
    statement.bindText(1, pointer, scratch.putText(client))
    return statement
  }
}
