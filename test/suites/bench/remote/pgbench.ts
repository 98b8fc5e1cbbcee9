/** PostgreSQL's own benchmark, with the statements of a transaction of one put: what the server and its disk take, and a round trip for each. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sqlOn } from '../../../../src/remote/sql/sql.ts'
import { beginStrict, commit } from '../../../../src/remote/sql/transaction-statements.ts'
import type { Statement } from '../../../../src/remote/wire/statement.ts'
import { askServer } from '../../../kit/ask-server.ts'
import type { Contender } from '../warm/measure.ts'

const run = promisify(execFile)

/** What it works on. */
export interface PgbenchPlace {
  readonly connectionString: string
  readonly schema: string
  /** A database with one object store, by its name's UTF-16 code units in hexadecimal. */
  readonly database: string
  /** For the script. */
  readonly scratch: string
}

/** What it is called in tables. */
export const pgbenchName = 'pgbench, four round trips'

/** The program, of Debian's packages or of `IDB_TEST_POSTGRES`; null: it is not there. */
export function pgbenchPath(): string | null {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian) : []
  const folders = [
    process.env['IDB_TEST_POSTGRES'],
    ...versions.map((it) => join(debian, it, 'bin')),
  ]
  const paths = folders.flatMap((folder) => (folder ? [join(folder, 'pgbench')] : []))
  return paths.find((path) => existsSync(path)) ?? null
}

/** Transactions one after another, `count` in a round. */
export async function pgbenchContender(
  path: string,
  place: PgbenchPlace,
  count: number,
): Promise<Contender> {
  const script = join(place.scratch, 'one-put.pgbench')
  writeFileSync(script, await scriptFor(place))
  return {
    name: pgbenchName,
    async round(index) {
      // The number of each transaction has to be higher than all before it.
      const variables = ['-D', `token=${index * count}`]
      const how = ['-n', '-M', 'prepared', '-c', '1', '-t', String(count), '-f', script]
      const { stdout } = await run(path, [...how, ...variables, place.connectionString])
      return count * latencyIn(stdout)
    },
  }
}

function latencyIn(output: string): number {
  const found = /latency average = (?<ms>[\d.]+) ms/.exec(output)?.groups
  if (!found) throw new Error(`pgbench has told no latency:\n${output}`)
  return Number(found['ms'])
}

async function scriptFor({ connectionString, schema, database }: PgbenchPlace): Promise<string> {
  const { schemaName, transactions, records } = sqlOn(schema)
  const client = crypto.randomUUID()
  await askServer(
    connectionString,
    `WITH s AS (INSERT INTO ${schemaName}.sessions VALUES ($1::uuid, 'infinity')) INSERT INTO ${schemaName}.slots VALUES ($1::uuid, 1, 0)`,
    [client],
  )
  const [row] = await askServer(
    connectionString,
    `SELECT d.id, s.id, d.epoch FROM ${schemaName}.databases d JOIN ${schemaName}.stores s ON s.db = d.id WHERE encode(d.name, 'hex') = $1`,
    [database],
  )
  if (!row) throw new Error('pgbench has no database to work on')
  const [db, store, epoch] = row.map(String)
  const slot = [`'${client}'::uuid`, '1', ':token', db, `'{${store}}'`, epoch, '1']
  const put = [
    db,
    store,
    "decode('10', 'hex') || int8send(:id)",
    "decode(repeat('07', 100), 'hex')",
  ]
  return [
    String.raw`\set token :token + 1`,
    String.raw`\set id random(1, 1000000000)`,
    `${beginStrict.text};`,
    `${withLiterals(transactions.enter, slot)};`,
    `${withLiterals(records.storeOne, put)};`,
    `${commit.text};`,
    '',
  ].join('\n')
}

function withLiterals({ text }: Statement, literals: readonly (string | undefined)[]): string {
  return text.replaceAll(/\$(\d+)/g, (_, number: string) => `(${literals[Number(number) - 1]})`)
}
