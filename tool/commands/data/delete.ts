/** `delete`: removes records. */
import type { Command } from 'commander'
import { IDBKeyRange } from 'idb-everywhere'
import { keyRangeOf, type RangeBounds } from 'idb-everywhere/snapshot'
import { rangeArgument, withWrite } from '../../databases/arguments.ts'
import { withDatabase } from '../../databases/connection.ts'
import { completionOf, resultOf } from '../../databases/requests.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { placeText } from '../../terminal/server.ts'
import { countOf } from '../../terminal/table.ts'

/** Adds the command. */
export function addDelete(program: Command): void {
  const command = program
    .command('delete')
    .description('delete the record with a key, or those in a range')
    .argument('<directory>', placeText)
    .argument('<database>', 'its name')
    .argument('<store>', 'the name of the object store')
    .argument('<range>', 'a key, or a range such as 10..20; .. for all', rangeArgument)
    .action(deleteRecords)
  withExamples(
    withJson(withWrite(command), 'print how many they were'),
    'delete ./data shop orders 42 --write',
    `delete ./data shop log '..<Date(2026-01-01)' --write`,
  )
}

async function deleteRecords(
  directory: string,
  name: string,
  store: string,
  bounds: RangeBounds,
  { json }: { readonly json: boolean },
): Promise<void> {
  const deleted = await withDatabase(directory, name, async ({ database }) => {
    const transaction = database.transaction(store, 'readwrite', { durability: 'strict' })
    const completion = completionOf(transaction)
    const range = keyRangeOf(bounds, IDBKeyRange)
    const records = transaction.objectStore(store)
    const counting = resultOf(records.count(range ?? undefined))
    if (range) records.delete(range)
    else records.clear()
    const [count] = await Promise.all([counting, completion])
    return count
  })
  if (json) return printJson({ deleted })
  await printLine(`deleted ${countOf(deleted, 'record')}`)
}
