/** `dump`: all records of a database, or of one of its stores. */
import type { Command } from 'commander'
import { allKeys } from '../../databases/arguments.ts'
import { type Connected, withDatabase } from '../../databases/connection.ts'
import { readRecords } from '../../databases/read-records.ts'
import { recordJson, recordLine } from '../../databases/record-text.ts'
import { resultOf } from '../../databases/requests.ts'
import { paint } from '../../terminal/colors.ts'
import { printJsonLine, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { shownName } from '../../terminal/plain-text.ts'
import { placeText } from '../../terminal/server.ts'
import { countOf } from '../../terminal/table.ts'

/** Adds the command. */
export function addDump(program: Command): void {
  const command = program
    .command('dump')
    .description(
      'all records, a line for each: its key and its value as JSON that keeps every type',
    )
    .argument('<directory>', placeText)
    .argument('<database>', 'its name')
    .argument('[store]', 'the name of an object store; all, where it is left out')
    .action(dump)
  withExamples(
    withJson(command, 'print JSON Lines'),
    'dump ./data shop',
    'dump ./data shop orders --json',
  )
}

async function dump(
  directory: string,
  name: string,
  wanted: string | undefined,
  { json }: { readonly json: boolean },
): Promise<void> {
  await withDatabase(directory, name, async (connected) => {
    const stores = wanted === undefined ? [...connected.database.objectStoreNames] : [wanted]
    for (const [at, store] of stores.entries()) {
      if (!json && at > 0) await printLine()
      if (!json && wanted === undefined) await printHeading(connected, store)
      await dumpStore(connected, store, json)
    }
  })
}

async function printHeading({ database }: Connected, store: string): Promise<void> {
  const count = await resultOf(database.transaction(store).objectStore(store).count())
  await printLine(`${paint('bold', shownName(store))}: ${countOf(count, 'record')}`)
}

const shown = { isIndex: false, isKeysOnly: false }

async function dumpStore(connected: Connected, store: string, json: boolean): Promise<void> {
  const all = { store, index: null, bounds: allKeys, direction: 'next', limit: Infinity } as const
  for await (const records of readRecords(connected, { ...all, isKeysOnly: false })) {
    for (const record of records) {
      if (json) await printJsonLine({ store, ...(await recordJson(record, shown)) })
      else await printLine(await recordLine(record, shown))
    }
  }
}
