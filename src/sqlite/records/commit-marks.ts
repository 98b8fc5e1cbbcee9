/** The marks of commits: who asked for them, and which of theirs they were. Their table is made with the first one. */
import { type CommitMark, mostMarkedClients } from '../../storage/storage.ts'
import type { Connection } from '../binding/connection.ts'
import type { Statement } from '../binding/statement.ts'
import { createMarksTable, raiseFormat } from '../schema/tables.ts'

const sql = {
  find: `SELECT number FROM commit_marks WHERE client = ?1 AND slot = ?2`,
  write: `INSERT INTO commit_marks (client, slot, number, ordinal) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT DO UPDATE SET number = excluded.number, ordinal = excluded.ordinal`,
  forget: `DELETE FROM commit_marks WHERE client = ?1`,
  countTable: `SELECT count(*) FROM sqlite_schema WHERE name = 'commit_marks'`,
  listClients: `SELECT DISTINCT client FROM commit_marks WHERE client <> ''`,
  lastOrdinal: `SELECT ifnull(max(ordinal), 0) FROM commit_marks`,
  oldestClient: `SELECT client FROM commit_marks WHERE client <> '' GROUP BY client
    ORDER BY max(ordinal) LIMIT 1`,
}

/** Stands in the place of a client in the rows that are no client's. */
const noClient = ''
/** The slots of these rows: that marks were lost, and the database's incarnation. */
const lossSlot = 0
const incarnationSlot = 1

/** Who has marks, and how many were written. */
interface Written {
  readonly clients: Set<string>
  lastOrdinal: number
}

/** One database's marks. */
export class CommitMarks {
  readonly #connection: Connection
  /** Whether the file has the table; null: to be looked up. */
  #hasTable: boolean | null = null
  /** What the table says; null: to be read. */
  #written: Written | null = null

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

  /** Whether marks were lost that no client had forgotten. */
  get hasLostSome(): boolean {
    return this.numberOf(noClient, lossSlot) !== null
  }

  /** Tells the database from others of its name; null: that was not noted. */
  get incarnation(): number | null {
    return this.numberOf(noClient, incarnationSlot)
  }

  /** Whether a mark was ever written. */
  get isUsed(): boolean {
    return this.#isThere()
  }

  /** Writes a mark, over an earlier one of the same client and slot. For one client too many the oldest one's go. */
  write(mark: CommitMark): void {
    this.#makeTable()
    const written = (this.#written ??= this.#read())
    const { clients } = written
    if (!clients.has(mark.client)) {
      if (clients.size >= mostMarkedClients) this.#loseOldest()
      clients.add(mark.client)
    }
    this.#writeRow(mark, ++written.lastOrdinal)
  }

  /** Deletes all marks of a client. */
  forget(client: string): void {
    if (!this.#isThere()) return
    this.#bindClient(sql.forget, client).run()
    this.#written?.clients.delete(client)
  }

  /** Notes that marks are not in the file that were committed to the database. */
  noteLoss(): void {
    this.#makeTable()
    this.#writeRow({ client: noClient, slot: lossSlot, number: 1 }, 0)
  }

  noteIncarnation(number: number): void {
    this.#makeTable()
    this.#writeRow({ client: noClient, slot: incarnationSlot, number }, 0)
  }

  /** The transaction was rolled back, perhaps with the table. */
  rolledBack(): void {
    this.#hasTable = null
    this.#written = null
  }

  #isThere(): boolean {
    this.#hasTable ??= this.#connection.readNumber(sql.countTable) > 0
    return this.#hasTable
  }

  #makeTable(): void {
    if (!this.#isThere()) this.#connection.execute(`${createMarksTable}; ${raiseFormat}`)
    this.#hasTable = true
  }

  #read(): Written {
    const clients = new Set<string>()
    const statement = this.#connection.prepare(sql.listClients)
    try {
      while (statement.step()) clients.add(statement.text(0))
    } finally {
      statement.reset()
    }
    return { clients, lastOrdinal: this.#connection.readNumber(sql.lastOrdinal) }
  }

  #loseOldest(): void {
    const oldest = this.#connection.readText(sql.oldestClient)
    this.forget(oldest)
    this.noteLoss()
  }

  #writeRow({ client, slot, number }: CommitMark, ordinal: number): void {
    const statement = this.#bindClient(sql.write, client)
    statement.bindInteger(2, slot)
    statement.bindInteger(3, number)
    statement.bindInteger(4, ordinal)
    statement.run()
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
