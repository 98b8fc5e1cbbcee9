/** Which databases a schema holds, as far as that can be read. */
import { failure } from '../../errors.ts'
import { readableNameOf } from '../names.ts'
import type { HostServices } from '../services.ts'
import { beginReading, commit } from '../sql/transaction-statements.ts'
import { bytesIn, numberIn, type Row } from '../wire/statement.ts'
import { withLease } from './with-lease.ts'

interface Listed {
  readonly name: string
  readonly version: number
}

/** Lists them. As with files, one that cannot be read hides no other: it is left out, and a warning says so. */
export class DatabaseList {
  readonly #services: HostServices
  /** How many could not be read, at most. */
  #unreadableCount = 0

  constructor(services: HostServices) {
    this.#services = services
  }

  /** Those whose version is above 0, in the order of names. @throws StatementError, UnknownError where the server cannot be reached */
  async read(): Promise<Listed[]> {
    const { pool, sql } = this.#services
    const rows = await withLease(pool, async ({ wire }) => {
      const all = [beginReading, sql.schemas.list, commit].map((it) => wire.ask(it))
      const [, found] = await Promise.all(all)
      if (!found) throw new Error('unreachable: three statements have three answers')
      return found
    })
    const listed = rows.map(listedIn).filter((it) => it !== null)
    this.#warn(rows.length - listed.length)
    return listed
  }

  #warn(unreadableCount: number): void {
    if (unreadableCount <= this.#unreadableCount) return
    this.#unreadableCount = unreadableCount
    const { schema, report } = this.#services
    const message = `The tables in the schema "${schema}" on the PostgreSQL server are damaged: databases() leaves out ${unreadableCount}, whose name or version cannot be read`
    report(failure('UnknownError', message, { code: 'ERR_IDB_CORRUPT' }))
  }
}

/** null: it cannot be read. */
function listedIn(row: Row): Listed | null {
  const [name, version] = [readableNameOf(bytesIn(row, 0)), numberIn(row, 1)]
  return name === null || !Number.isSafeInteger(version) ? null : { name, version }
}
