/** Making the tables. */
import { exceptionOf } from '../../errors.ts'
import { checkTables } from './check-tables.ts'
import { makingFailure, noSuchRole, notGranted } from '../server-failures.ts'
import type { InstallPostgresOptions } from '../server-options.ts'
import {
  findRole,
  findTables,
  grantsOf,
  installAlone,
  mayUse,
  quoted,
  tablesOf,
} from '../sql/tables.ts'
import { inTransaction } from '../wire/in-transaction.ts'
import type { Wire } from '../wire/wire.ts'
import { overServer } from './over-server.ts'

const optionNames = ['connectionString', 'schema', 'tls', 'waitMs', 'role']

/**
 * Makes the schema and its tables, unless they are there, owned by the role that the connection string names; lets another role use
 * them where one is given. Resolves with whether they were made now.
 *
 * @throws TypeError for an option that is not accepted, UnknownError where the server cannot be reached or refuses
 */
export async function installPostgres(options: InstallPostgresOptions): Promise<boolean> {
  return overServer(options, optionNames, (wire, schema) => installOver(wire, schema, options.role))
}

function installOver(wire: Wire, schema: string, role?: string): Promise<boolean> {
  return inTransaction(wire, async () => {
    await wire.ask(installAlone)
    const isThere = await hasTables(wire, schema)
    if (!isThere) await make(wire, schema)
    if (role !== undefined) await grant(wire, schema, role)
    return !isThere
  })
}

async function make(wire: Wire, schema: string): Promise<void> {
  try {
    await wire.ask({ text: tablesOf(quoted(schema)) })
  } catch (error) {
    throw exceptionOf(makingFailure(error, schema))
  }
}

async function grant(wire: Wire, schema: string, role: string): Promise<void> {
  const [found] = await wire.ask(findRole, [role])
  if (!found) throw exceptionOf(noSuchRole(role))
  await wire.ask({ text: grantsOf(quoted(schema), quoted(role)) })
  const [row] = await wire.ask(mayUse, [schema, role])
  if (row?.[0] !== 't') throw exceptionOf(notGranted(role, schema))
}

async function hasTables(wire: Wire, schema: string): Promise<boolean> {
  const [row] = await wire.ask(findTables, [schema])
  if (!row) return false
  await checkTables(wire, schema)
  return true
}
