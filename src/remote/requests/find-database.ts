/** Looking up a database, with its schema. */
import type { IndexSchema, ObjectStoreSchema } from '../../protocol/protocol.ts'
import type { FoundDatabase } from '../database.ts'
import { keyPathOf, nameBytes, nameOf } from '../names.ts'
import type { SchemaStatements } from '../sql/schema-statements.ts'
import { bytesIn, numberIn, type Row } from '../wire/statement.ts'
import type { Wire } from '../wire/wire.ts'

/**
 * The database with that name, as it stays until the transaction ends; null: there is none. `alone`: nothing else can have it until then.
 * @throws StatementError, StorageError where its rows are damaged
 */
export async function findDatabase(
  wire: Wire,
  statements: SchemaStatements,
  name: string,
  { alone }: { readonly alone: boolean },
): Promise<FoundDatabase | null> {
  const called = [nameBytes(name)]
  const [[row], stores, indexes] = await Promise.all([
    wire.ask(alone ? statements.findAlone : statements.findShared, called),
    wire.ask(statements.stores, called),
    wire.ask(statements.indexes, called),
  ])
  if (!row) return null
  const [id, version, epoch, nextStoreId, nextIndexId] = [0, 1, 2, 3, 4].map((i) =>
    numberIn(row, i),
  )
  return {
    id: id as number, // All five are there.
    epoch: epoch as number,
    schema: {
      version: version as number,
      nextStoreId: nextStoreId as number,
      nextIndexId: nextIndexId as number,
      stores: storesOf(stores, indexes),
    },
  }
}

function storesOf(stores: readonly Row[], indexes: readonly Row[]): Map<number, ObjectStoreSchema> {
  const ofStore = new Map<number, Map<number, IndexSchema>>()
  const found = stores.map((row): [number, ObjectStoreSchema] => {
    const id = numberIn(row, 0)
    const own = new Map<number, IndexSchema>()
    ofStore.set(id, own)
    const keyPath = row[2] === null ? null : keyPathOf(bytesIn(row, 2))
    const autoIncrement = row[3] === 't'
    return [id, { id, name: nameOf(bytesIn(row, 1)), keyPath, autoIncrement, indexes: own }]
  })
  for (const row of indexes) ofStore.get(numberIn(row, 1))?.set(numberIn(row, 0), indexIn(row))
  return new Map(found)
}

function indexIn(row: Row): IndexSchema {
  return {
    id: numberIn(row, 0),
    name: nameOf(bytesIn(row, 2)),
    keyPath: keyPathOf(bytesIn(row, 3)),
    unique: row[4] === 't',
    multiEntry: row[5] === 't',
  }
}
