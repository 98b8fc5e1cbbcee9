/** `diff`: in what two databases differ. */
import type { Command } from 'commander'
import {
  diff,
  type Difference,
  formatKey,
  type Json,
  renderKey,
  renderWholeValue,
} from 'idb-everywhere/snapshot'
import { requireDatabase } from '../../databases/connection.ts'
import { paint } from '../../terminal/colors.ts'
import { withIndexedDB } from '../../terminal/directory.ts'
import { exitCodes } from '../../terminal/exit-codes.ts'
import { printJsonLine, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { jsonText, plainText } from '../../terminal/plain-text.ts'
import { placeText } from '../../terminal/server.ts'
import { countOf } from '../../terminal/table.ts'

/** Adds the command. */
export function addDiff(program: Command): void {
  const command = program
    .command('diff')
    .description(
      'in what two databases differ: version, stores, records; exit code 3 where they do',
    )
    .argument('<directory>', placeText)
    .argument('<database>', 'its name')
    .argument(
      '<directory2>',
      'where the other database is, a directory or a server; it may be the same',
    )
    .argument('<database2>', 'its name')
    .action(compare)
  withExamples(
    withJson(command, 'print JSON Lines'),
    'diff ./data shop ./restored shop',
    'diff ./data shop ./data copy --json',
  )
}

async function compare(
  directoryA: string,
  a: string,
  directoryB: string,
  b: string,
  { json }: { readonly json: boolean },
): Promise<void> {
  let count = 0
  await withIndexedDB(directoryA, (factoryA) =>
    withIndexedDB(directoryB, async (factoryB) => {
      await requireDatabase({ directory: directoryA, indexedDB: factoryA }, a)
      await requireDatabase({ directory: directoryB, indexedDB: factoryB }, b)
      const sides = [
        { indexedDB: factoryA, name: a },
        { indexedDB: factoryB, name: b },
      ] as const
      for await (const difference of diff(...sides)) {
        count++
        await (json ? printAsJson(difference) : printAsText(difference))
      }
    }),
  )
  if (!json) await printLine(count > 0 ? countOf(count, 'difference') : 'no differences')
  if (count > 0) process.exitCode = exitCodes.found
}

/** The sides of a difference as JSON; a side that has nothing there is left out. */
async function sidesOf(difference: Difference): Promise<{ readonly a?: Json; readonly b?: Json }> {
  if (difference.type !== 'record') {
    const { a, b } = difference
    // Descriptions of stores are JSON.
    return { ...(a !== undefined && { a: a as Json }), ...(b !== undefined && { b: b as Json }) }
  }
  const { inA, inB, a, b } = difference
  return {
    ...(inA && { a: await renderWholeValue(a) }),
    ...(inB && { b: await renderWholeValue(b) }),
  }
}

async function printAsJson(difference: Difference): Promise<void> {
  const { type } = difference
  const store = type !== 'version' && { store: difference.store }
  const key = type === 'record' && { key: renderKey(difference.key) }
  await printJsonLine({ type, ...store, ...key, ...(await sidesOf(difference)) })
}

/** A line for each side, with tabs between its parts. */
async function printAsText(difference: Difference): Promise<void> {
  const { a, b } = await sidesOf(difference)
  const place = placeOf(difference).map(plainText).join('\t')
  if (a !== undefined) await printLine(paint('red', `- ${place}\t${jsonText(a)}`))
  if (b !== undefined) await printLine(paint('green', `+ ${place}\t${jsonText(b)}`))
}

function placeOf(difference: Difference): string[] {
  if (difference.type === 'version') return ['version']
  if (difference.type === 'store') return ['object store', difference.store]
  return [difference.store, formatKey(difference.key)]
}
