/** `put`: stores one record. */
import { type Command } from 'commander'
import { formatKey, renderKey } from 'idb-everywhere/snapshot'
import {
  type GivenValue,
  keyArgument,
  valueArgument,
  valueOf,
  withWrite,
} from '../../databases/arguments.ts'
import { withDatabase } from '../../databases/connection.ts'
import { completionOf, resultOf } from '../../databases/requests.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { plainText } from '../../terminal/plain-text.ts'
import { placeText } from '../../terminal/server.ts'

/** Adds the command. */
export function addPut(program: Command): void {
  const command = program
    .command('put')
    .description('store a record, in place of the one with its key if there is one')
    .argument('<directory>', placeText)
    .argument('<database>', 'its name')
    .argument('<store>', 'the name of the object store')
    .argument(
      '<value>',
      'JSON, with the types as `get` prints them; - to read it from the standard input',
      valueArgument,
    )
    .argument('[key]', 'the key, where the value does not hold it', keyArgument)
    .action(put)
  withExamples(
    withJson(withWrite(command), 'print the key'),
    `put ./data shop orders '{ "id": 42, "customer": "Ada" }' --write`,
    `put ./data shop settings '{ "$": "Date", "value": "2026-01-31T00:00:00.000Z" }' since --write`,
  )
}

async function put(
  directory: string,
  name: string,
  store: string,
  given: GivenValue,
  key: IDBValidKey | undefined,
  options: { readonly json: boolean },
): Promise<void> {
  const value = await valueOf(given)
  const stored = await withDatabase(directory, name, async ({ database }) => {
    const transaction = database.transaction(store, 'readwrite', { durability: 'strict' })
    const completion = completionOf(transaction)
    const request = transaction.objectStore(store).put(value, key)
    const [result] = await Promise.all([resultOf(request), completion])
    return result
  })
  if (options.json) return printJson({ key: renderKey(stored) })
  await printLine(`stored under ${plainText(formatKey(stored))}`)
}
