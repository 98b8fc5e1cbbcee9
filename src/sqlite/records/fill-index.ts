/** Building the entries of a new index over a store's records. */
import { append } from '../../base/own-property.ts'
import { StorageError } from '../../errors.ts'
import { compareKeys, damagedKey } from '../../keys/key.ts'
import type { IndexSchema } from '../../storage/schema.ts'
import type { RecordBytes } from '../../storage/storage.ts'
import type { RecordReader } from './record-reader.ts'
import type { RecordWriter } from './record-writer.ts'

/** How many records are read, then written: SQLite may not change a table it is reading. */
const batchSize = 256

/** What to fill, and with what. */
export interface IndexFilling {
  readonly reader: RecordReader
  readonly writer: RecordWriter
  readonly storeId: number
  readonly index: IndexSchema
  /** A record's entries; null: none. */
  readonly indexKeysOf: (record: RecordBytes) => Uint8Array | null
}

/** A record's key and its entries in the new index. */
interface Addition {
  readonly key: Uint8Array
  readonly indexKeys: Uint8Array | null
}

/**
 * Fills a new index. Either it gets all its entries or none.
 * @throws StorageError 'constraint' when it is unique and a key comes twice.
 */
export function fillIndex(filling: IndexFilling): void {
  const { writer, storeId, index } = filling
  try {
    let after: Uint8Array | null = null
    do {
      const batch = readBatch(filling, after)
      checkOrder(batch, after)
      for (const { key, indexKeys } of batch) {
        if (indexKeys) writer.addEntries(storeId, key, indexKeys)
      }
      after = batch.length < batchSize ? null : (batch.at(-1)?.key ?? null)
    } while (after)
  } catch (error) {
    // Entries already listed with the records are left: no other index will ever have this id.
    if (error instanceof StorageError && error.code === 'constraint') writer.clearIndex(index.id)
    throw error
  }
}

/** @throws StorageError 'corrupt' when damaged pages lead back: that might go round without end. */
function checkOrder(batch: readonly Addition[], after: Uint8Array | null): void {
  let last = after
  for (const { key } of batch) {
    if (last && compareKeys(last, key) >= 0) throw damagedKey('it is out of order', 0)
    last = key
  }
}

function readBatch(
  { reader, storeId, indexKeysOf }: IndexFilling,
  after: Uint8Array | null,
): Addition[] {
  const batch: Addition[] = []
  reader.scan(
    {
      storeId,
      indexId: 0,
      range: everything,
      direction: 'next',
      after: after && { key: after, primaryKey: after },
      inclusive: false,
      skip: 0,
      limit: batchSize,
      limitBytes: Infinity,
      withValues: true,
      // Own members, so that none is inherited.
      part: undefined,
      longestValue: undefined,
    },
    (record) => {
      append(batch, {
        key: record.bytes.slice(record.keyStart, record.keyEnd),
        indexKeys: indexKeysOf(record),
      })
    },
  )
  return batch
}

/** No encoded key begins with 0xFF. */
const everything = { lower: new Uint8Array(0), upper: Uint8Array.of(0xff) }
