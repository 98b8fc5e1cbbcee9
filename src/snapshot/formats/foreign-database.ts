/** A database of another format, written as an export. */
import { isA } from '../../base/thrown.ts'
import { domException, reasonOf } from '../../errors.ts'
import { renderRecord, type Loss } from '../export-database.ts'
import { jsonText } from '../../rendering/json-text.ts'
import { type DatabaseDescription, headerOf } from '../header.ts'
import { bytesOf, streamOf } from '../lines.ts'
import type { ImportedRecord } from '../read-export.ts'

/** A database as another format has it. */
export interface ForeignDatabase {
  readonly description: DatabaseDescription
  /** Store by store, in the order of the description. */
  readonly records: Iterable<ImportedRecord> | AsyncIterable<ImportedRecord>
}

/** As many characters go into one piece. */
const pieceLength = 64 * 1024

/** What `exportDatabase()` would have written of it. `onLoss`: as there; without it nothing is said of what has no bytes. */
export function exportOf(
  read: () => Promise<ForeignDatabase>,
  onLoss: (loss: Loss) => void = () => undefined,
): ReadableStream<Uint8Array> {
  return streamOf(bytesOf(textOf(read, onLoss)))
}

async function* textOf(
  read: () => Promise<ForeignDatabase>,
  onLoss: (loss: Loss) => void,
): AsyncGenerator<string> {
  const { description, records } = await read()
  const { stores } = description
  const counts = stores.map(() => 0)
  let text = `${JSON.stringify(headerOf(description))}\n`
  for await (const { store: position, key, value } of records) {
    const store = stores[position]
    if (!store) throw new Error('unreachable: a record of no store')
    counts[position] = (counts[position] ?? 0) + 1
    const record = await renderRecord({ store: position, key, value }, store, onLoss)
    text += `${jsonText(record)}\n`
    if (text.length < pieceLength) continue
    yield text
    text = ''
  }
  yield `${text}${JSON.stringify({ end: true, counts })}\n`
}

/**
 * What `read` makes of a part of the file. `place`: where in it that lies.
 *
 * @throws DataError where the file is not of the shape that its format has
 */
export function orDamaged<Result>(read: () => Result, place = ''): Result {
  try {
    return read()
  } catch (error) {
    if (![SyntaxError, TypeError, RangeError].some((it) => isA(error, it))) throw error
    const reason = reasonOf(error) ?? 'it cannot be read'
    throw damagedFile(place === '' ? reason : `${place}: ${reason}`)
  }
}

/** The error for a file that is not of the shape that its format has. */
export function damagedFile(reason: string): DOMException {
  const message = `The file is damaged, or not of the format that was named: ${reason}`
  return domException('DataError', message, { code: 'ERR_IDB_CORRUPT' })
}
