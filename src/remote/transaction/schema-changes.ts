/** Steps of an upgrade. */
import { append } from '../../base/own-property.ts'
import { indexKeysOf } from '../../keys/index-keys.ts'
import { allKeys } from '../../keys/key-range.ts'
import {
  applySchemaChange,
  type IndexSchema,
  type Operation,
  type RecordBytes,
  type SchemaChange,
} from '../../protocol/protocol.ts'
import { checkIndexKeys, type StorageLimits } from '../../storage/limits.ts'
import { storeOf } from '../../storage/schema.ts'
import { deserialize } from '../../values/deserialize.ts'
import { keyPathBytes, nameBytes } from '../names.ts'
import { scanStatement } from '../sql/scan-statements.ts'
import { bytesIn, type Row, type Statement, type Value } from '../wire/statement.ts'
import { keyTaken } from './clashes.ts'
import { FoundRecords } from './found/found-records.ts'
import type { Ground, Group, Pending } from './ground.ts'
import { entriesOf, entryArrays } from './puts/write-records.ts'

type PendingChange = Pending<Operation & { readonly type: 'changeSchema' }>

/** One step. */
export function changingSchema(pending: PendingChange, limits: StorageLimits): Group {
  const { change } = pending.operation
  const isIndex = change.type === 'createIndex'
  return {
    mayFail: isIndex,
    isBarrier: isIndex,
    run(ground, over) {
      ground.schema = applySchemaChange(ground.schema, change)
      if (change.type === 'createObjectStore') ground.numbers.found(change.store.id, 1)
      const done = (): void => {
        if (isIndex) return void fillIndex({ ground, pending, limits, over, ...change })
        ground.done(pending)
        over()
      }
      ground.line.send(...statementOf(ground, change), done)
    },
  }
}

function statementOf(ground: Ground, change: SchemaChange): [Statement, readonly Value[]] {
  const { schemas, db } = ground
  switch (change.type) {
    case 'setVersion':
      return [schemas.setVersion, [db, change.version]]
    case 'createObjectStore': {
      const { id, name, keyPath, autoIncrement } = change.store
      const path = keyPathBytes(keyPath)
      return [schemas.createStore, [db, id, nameBytes(name), path, autoIncrement]]
    }
    case 'renameObjectStore':
      return [schemas.renameStore, [db, change.storeId, nameBytes(change.name)]]
    case 'deleteObjectStore':
      return [schemas.deleteStore, [db, change.storeId]]
    case 'createIndex': {
      const { id, name, keyPath, unique, multiEntry } = change.index
      const named = [nameBytes(name), keyPathBytes(keyPath)]
      return [schemas.createIndex, [db, change.storeId, id, ...named, unique, multiEntry]]
    }
    case 'renameIndex':
      return [schemas.renameIndex, [db, change.indexId, nameBytes(change.name)]]
    case 'deleteIndex':
      return [schemas.deleteIndex, [db, change.indexId]]
  }
}

interface Filling {
  readonly ground: Ground
  readonly pending: PendingChange
  readonly limits: StorageLimits
  readonly over: () => void
  readonly storeId: number
  readonly index: IndexSchema
}

/** How many records are looked at together, and how many bytes. */
const pageLength = 1_000
const pageBytes = 4 * 1024 * 1024

/** Makes the entries of a new index, page by page: values are decoded here, and nowhere else. */
function fillIndex(filling: Filling): void {
  let after: { key: Uint8Array; primaryKey: Uint8Array } | null = null
  const fillPage = (): void => {
    const { ground, storeId } = filling
    const { statement, values } = scanStatement(ground.schemaName, ground.db, {
      storeId,
      indexId: 0,
      range: allKeys,
      direction: 'next',
      after,
      inclusive: false,
      skip: 0,
      limit: pageLength,
      limitBytes: pageBytes,
      withValues: true,
    })
    const found: Indexed[] = []
    const { pending } = filling
    const records = new FoundRecords((record) => append(found, indexed(record, filling)))
    const attempt = (work: () => void): void => {
      try {
        work()
      } catch (error) {
        ground.broke(pending, error)
      }
    }
    const filed = (): void => {
      attempt(() => records.end())
      const last = found.at(-1)
      if (!last) return findTwice(filling)
      after = { key: last.key, primaryKey: last.key }
      fileEntries(filling, found)
      fillPage()
    }
    ground.line.send(statement, values, filed, (row) => attempt(() => records.row(row)))
  }
  fillPage()
}

function fileEntries({ ground, storeId }: Filling, found: readonly Indexed[]): void {
  const entries = entriesOf(found)
  const { line, records, db } = ground
  if (entries.keys.length === 0) return
  line.send(records.storeEntries, [db, storeId, ...entryArrays(entries)])
}

/** A record's key, and its keys in the new index. */
interface Indexed {
  readonly key: Uint8Array
  readonly indexKeys: Uint8Array | null
}

function indexed(
  { bytes, keyStart, keyEnd, valueStart, valueEnd }: RecordBytes,
  { index, limits, ground, storeId }: Filling,
): Indexed {
  const indexKeys = indexKeysOf(deserialize(bytes, valueStart, valueEnd), [index])
  const { name } = storeOf(ground.schema, storeId)
  const place = { name, indexes: new Map([[index.id, index]]) }
  if (indexKeys) checkIndexKeys(limits, indexKeys, place)
  return { key: bytes.slice(keyStart, keyEnd), indexKeys }
}

/** Fails the index where it is unique and has a key twice; then it is left without entries. */
function findTwice({ ground, pending, over, storeId, index }: Filling): void {
  const { line, records, db } = ground
  const answer = ([row]: readonly Row[]): void => {
    if (!row) ground.done(pending)
    else {
      line.send(records.clearIndex, [db, index.id])
      const clash = { key: bytesIn(row, 0), primaryKey: bytesIn(row, 1) }
      ground.failed(pending, keyTaken(storeOf(ground.schema, storeId), index, clash))
    }
    over()
  }
  if (index.unique) line.send(records.findTwice, [db, index.id], answer)
  else answer([])
}
