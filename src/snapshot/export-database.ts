import {
  aFactory,
  aFunction,
  anObject,
  aSignal,
  aText,
  checkArguments,
  optional,
} from '../arguments/check-arguments.ts'
import type { IDBFactory } from '../api/global/interfaces.ts'
import { TextEncoder } from '../base/text-coders.ts'
import { domException } from '../errors.ts'
import { renderKey } from '../rendering/keys.ts'
import { jsonText } from '../rendering/json-text.ts'
import type { Json } from '../rendering/json.ts'
import { renderWholeValue } from '../rendering/render-value.ts'
import { headerOf, type StoreDescription } from './header.ts'
import { streamOf } from './lines.ts'
import { type DatabaseRecord, startReading } from './read-database.ts'
import type { ImportedRecord } from './read-export.ts'

/** How far an export or import is. */
export interface Progress {
  /** Records so far. */
  readonly records: number
  /** Of how many; null: not known. */
  readonly total: number | null
  /** Bytes of the export so far. */
  readonly bytes: number
}

/** Something of a value that is not in an export. */
export interface Loss {
  readonly store: string
  /** undefined: it lies in the value, which was not read by a key. */
  readonly key: IDBValidKey | undefined
  /** The type of the object. */
  readonly type: string
}

export interface ExportOptions {
  readonly signal?: AbortSignal | undefined
  /** Told after each piece that was taken, the last one included. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /**
   * Told of each object that has no bytes to be had, such as a file's handle; it becomes `undefined`. Without it the export
   * fails there.
   */
  readonly onLoss?: ((loss: Loss) => void) | undefined
}

/**
 * Writes a database as JSON Lines, every value with its type; the format is described in docs/export-format.md. It is one state
 * of the database, and takes the memory of one piece. Works with any IndexedDB.
 *
 * The stream fails with NotFoundError if there is no such database, and with the reason of `signal`.
 */
export function exportDatabase(
  indexedDB: IDBFactory,
  name: string,
  options: ExportOptions = {},
): ReadableStream<Uint8Array> {
  checkArguments('exportDatabase()', {
    indexedDB: [indexedDB, aFactory],
    name: [name, aText],
    options: [options, anObject],
    'options.signal': [options?.signal, optional(aSignal)],
    'options.onProgress': [options?.onProgress, optional(aFunction)],
    'options.onLoss': [options?.onLoss, optional(aFunction)],
  })
  return streamOf(piecesOf(indexedDB, name, options))
}

async function* piecesOf(
  indexedDB: IDBFactory,
  name: string,
  { signal, onProgress, onLoss }: ExportOptions,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted()
  const reading = await startReading(indexedDB, name)
  const { stores } = reading.description
  const counts = stores.map(() => 0)
  const total = sum(stores.map((it) => it.count ?? 0))
  const encoder = new TextEncoder()
  let piece = encoder.encode(`${JSON.stringify(headerOf(reading.description))}\n`)
  let bytes = piece.length
  const records = reading.records()
  try {
    yield piece
    for (let size: number | undefined; ; size = piece.length) {
      const { done, value: batch } = await records.next(size)
      if (done) break
      piece = encoder.encode(await renderBatch(batch, stores, onLoss))
      for (const { store } of batch) counts[store] = (counts[store] ?? 0) + 1
      signal?.throwIfAborted()
      yield piece
      signal?.throwIfAborted()
      bytes += piece.length
      onProgress?.({ records: sum(counts), total, bytes })
    }
    piece = encoder.encode(`${JSON.stringify({ end: true, counts })}\n`)
    yield piece
    onProgress?.({ records: sum(counts), total, bytes: bytes + piece.length })
  } finally {
    reading.end()
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, it) => all + it, 0)

async function renderBatch(
  batch: readonly DatabaseRecord[],
  stores: readonly StoreDescription[],
  onLoss: ExportOptions['onLoss'],
): Promise<string> {
  let text = ''
  for (const record of batch) {
    const store = stores[record.store]
    if (!store) throw new Error('unreachable: a record of no store')
    text += `${jsonText(await renderRecord(record, store, onLoss))}\n`
  }
  return text
}

/** The line of a record. Its key is left out where it lies in the value. */
export async function renderRecord(
  { store: s, key, value }: ImportedRecord,
  { name, keyPath }: StoreDescription,
  onLoss: ExportOptions['onLoss'],
): Promise<Json> {
  const lost = (type: string): void => {
    if (onLoss) return onLoss({ store: name, key, type })
    throw domException(
      'DataCloneError',
      `A ${type} in the object store "${name}" cannot be exported; give the option onLoss to export the rest`,
    )
  }
  const v = await renderWholeValue(value, lost)
  return keyPath === null ? { s, k: renderKey(key as IDBValidKey), v } : { s, v } // There it has one.
}
