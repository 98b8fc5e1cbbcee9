/** `get`: one record. */
import type { Command } from 'commander'
import { formatKey, renderKey, renderWholeValue } from 'idb-everywhere/snapshot'
import { keyArgument } from '../../databases/arguments.ts'
import { withDatabase } from '../../databases/connection.ts'
import { resultOf } from '../../databases/requests.ts'
import { Failure } from '../../terminal/failures.ts'
import { printJson, withExamples, withJson } from '../../terminal/output.ts'
import { placeText } from '../../terminal/server.ts'

/** Adds the command. */
export function addGet(program: Command): void {
  const command = program
    .command('get')
    .description('the value of one record, as JSON that keeps every type')
    .argument('<directory>', placeText)
    .argument('<database>', 'its name')
    .argument('<store>', 'the name of the object store')
    .argument('<key>', '42, text, [1, "b"], Date(2026-01-31), Bytes(0aff)', keyArgument)
    .action(get)
  withExamples(
    withJson(command, 'print key and value'),
    'get ./data shop orders 42',
    `get ./data shop log 'Date(2026-01-31)'`,
  )
}

async function get(
  directory: string,
  database: string,
  store: string,
  key: IDBValidKey,
  { json }: { readonly json: boolean },
): Promise<void> {
  const found = await withDatabase(directory, database, async (connected) => {
    const reader = connected.database.transaction(store).objectStore(store)
    // A cursor tells a record whose value is undefined from none.
    return resultOf(reader.openCursor(key))
  })
  if (!found)
    throw new Failure(
      `Object store "${store}" has no record with the key ${formatKey(key)}`,
      'NotFoundError',
    )
  const value = await renderWholeValue(found.value)
  await printJson(json ? { key: renderKey(key), value } : value)
}
