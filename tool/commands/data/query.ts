/** `query`: records by a range of keys, of a store or an index. */
import { type Command, Option } from 'commander'
import type { RangeBounds } from 'idb-everywhere/snapshot'
import { allKeys, countArgument, rangeArgument } from '../../databases/arguments.ts'
import { withDatabase } from '../../databases/connection.ts'
import { readRecords } from '../../databases/read-records.ts'
import { recordJson, recordLine } from '../../databases/record-text.ts'
import { printJsonLine, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { placeText } from '../../terminal/server.ts'

interface QueryOptions {
  readonly json: boolean
  readonly index?: string
  readonly direction: IDBCursorDirection
  readonly limit?: number
  readonly keys: boolean
}

const directions: readonly IDBCursorDirection[] = ['next', 'nextunique', 'prev', 'prevunique']

/** Adds the command. */
export function addQuery(program: Command): void {
  const command = program
    .command('query')
    .description('records by a range of keys, in the order of a store or an index')
    .argument('<directory>', placeText)
    .argument('<database>', 'its name')
    .argument('<store>', 'the name of the object store')
    .argument(
      '[range]',
      '10..20, "a"..<"b", Date(2026-01-01).., or one key; all, where it is left out',
      rangeArgument,
    )
    .option('--index <name>', 'the index whose keys count')
    .addOption(
      new Option('--direction <direction>', 'as of a cursor').choices(directions).default('next'),
    )
    .option('--limit <number>', 'at most as many', countArgument)
    .option('--keys', 'print keys only', false)
    .action(query)
  withExamples(
    withJson(command, 'print JSON Lines'),
    'query ./data shop orders 10..20',
    `query ./data shop orders '"Ada"' --index 'by customer' --json`,
    'query ./data shop orders --direction prev --limit 10 --keys',
  )
}

async function query(
  directory: string,
  name: string,
  store: string,
  bounds: RangeBounds = allKeys,
  { json, index, direction, limit = Infinity, keys }: QueryOptions,
): Promise<void> {
  const shown = { isIndex: index !== undefined, isKeysOnly: keys }
  await withDatabase(directory, name, async (connected) => {
    const wanted = { store, index: index ?? null, bounds, direction, limit, isKeysOnly: keys }
    for await (const records of readRecords(connected, wanted)) {
      for (const record of records) {
        if (json) await printJsonLine(await recordJson(record, shown))
        else await printLine(await recordLine(record, shown))
      }
    }
  })
}
