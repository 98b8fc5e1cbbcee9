/** Looking up a database, with its schema. */
import { StorageError } from '../../errors.ts'
import type { DatabaseSchema, IndexSchema, ObjectStoreSchema } from '../../protocol/protocol.ts'
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
  const found = {
    id: id as number, // All five are there.
    epoch: epoch as number,
    schema: {
      version: version as number,
      nextStoreId: nextStoreId as number,
      nextIndexId: nextIndexId as number,
      stores: storesOf(stores, indexes),
    },
  }
  if (!Number.isSafeInteger(found.epoch)) throw damagedSchema('the count of upgrades is none')
  checkSchema(found.schema)
  return found
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
  for (const row of indexes) {
    const own = ofStore.get(numberIn(row, 1))
    if (!own) throw damagedSchema('an index belongs to no object store')
    own.set(numberIn(row, 0), indexIn(row))
  }
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

/** @throws StorageError 'corrupt' for what no upgrade makes */
function checkSchema({ version, nextStoreId, nextIndexId, stores }: DatabaseSchema): void {
  if (!Number.isSafeInteger(version) || version < 0) throw damagedSchema('a version is none')
  const all = [...stores.values()]
  const indexes = all.flatMap((store) => [...store.indexes.values()])
  checkIds(nextStoreId, all)
  checkIds(nextIndexId, indexes)
  checkNames(all)
  for (const store of all) checkNames([...store.indexes.values()])
  if (all.some(cannotGenerate)) throw damagedSchema('an object store cannot have a key generator')
  const isTwofold = indexes.some(({ keyPath, multiEntry }) => multiEntry && Array.isArray(keyPath))
  if (isTwofold) throw damagedSchema('an index cannot be multiEntry')
}

function checkIds(next: number, all: readonly { readonly id: number }[]): void {
  const highest = all.reduce((most, { id }) => Math.max(most, id), 0)
  if (highest < next && all.every(({ id }) => id > 0)) return
  throw damagedSchema('the number of an object store or index is out of range')
}

function checkNames(all: readonly { readonly name: string }[]): void {
  if (new Set(all.map(({ name }) => name)).size < all.length) {
    throw damagedSchema('two object stores, or indexes, have the same name')
  }
}

function cannotGenerate({ autoIncrement, keyPath }: ObjectStoreSchema): boolean {
  return autoIncrement && (keyPath === '' || Array.isArray(keyPath))
}

function damagedSchema(what: string): StorageError {
  return new StorageError('corrupt', `The tables are damaged: ${what}`)
}
