/** Databases as `exportDB()` of dexie-export-import writes them. */
import {
  aFunction,
  anObject,
  aStream,
  checkArguments,
  optional,
} from '../../arguments/check-arguments.ts'
import { domException } from '../../errors.ts'
import type { Loss } from '../export-database.ts'
import type { IndexDescription, StoreDescription } from '../header.ts'
import type { ImportedRecord } from '../read-export.ts'
import { reviveDexie } from './dexie-values.ts'
import { streamGiven } from '../stream-given.ts'
import { exportOf, type ForeignDatabase, orDamaged } from './foreign-database.ts'

export interface FromDexieOptions {
  /** Told of each object of a type that is not known here: it is left as it is in the file. */
  readonly onLoss?: ((loss: Loss) => void) | undefined
}

/**
 * A database that dexie-export-import has exported as an export, for `importDatabase()`. Its version is ten times that of Dexie, as Dexie has
 * it. It takes the memory of the file.
 *
 * The stream fails with DataError for a file of another format, and one that is damaged; the code of its cause says which.
 */
export function fromDexie(
  stream: ReadableStream<Uint8Array> | Blob,
  options: FromDexieOptions = {},
): ReadableStream<Uint8Array> {
  checkArguments('fromDexie()', {
    stream: [stream, aStream],
    options: [options, anObject],
    'options.onLoss': [options?.onLoss, optional(aFunction)],
  })
  const text = (): Promise<string> => new Response(streamGiven(stream)).text()
  return exportOf(async () => {
    const json = await text()
    return orDamaged(() => databaseOf(JSON.parse(json), options))
  })
}

/** What is used of it. */
interface DexieExport {
  readonly formatName?: unknown
  readonly formatVersion?: unknown
  readonly data?: DexieContent
}

interface DexieContent {
  readonly databaseName: string
  readonly databaseVersion: number
  readonly tables: readonly { readonly name: string; readonly schema: string }[]
  readonly data: readonly DexieTable[]
}

interface DexieTable {
  readonly tableName: string
  /** Whether the key lies in the value; else a row is key and value. */
  readonly inbound: boolean
  readonly rows: unknown[]
}

function databaseOf(parsed: DexieExport | null, options: FromDexieOptions): ForeignDatabase {
  const { formatName, formatVersion, data } = parsed ?? {}
  if (formatName !== 'dexie' || formatVersion !== 1 || !data) {
    const message = 'The file is no export of dexie-export-import, or one of a newer format'
    throw domException('DataError', message, { code: 'ERR_IDB_FOREIGN_FILE' })
  }
  checkShape(data)
  const stores = data.tables.map(({ name, schema }) => storeOf(name, schema))
  const { databaseName: name, databaseVersion } = data
  return {
    description: { name, version: Math.round(databaseVersion * 10), stores },
    records: recordsOf(stores, data.data, options),
  }
}

/** Throws the TypeError of which `orDamaged()` makes a DataError where it lacks something. */
function checkShape({ databaseName, databaseVersion, tables, data }: DexieContent): void {
  const known = new Set<string>()
  demand(typeof databaseName === 'string', '"databaseName" is no string')
  demand(databaseVersion > 0 && databaseVersion < Infinity, '"databaseVersion" is no version')
  demand(Array.isArray(tables), '"tables" is no array')
  demand(Array.isArray(data), 'the inner "data" is no array')
  for (const [i, table] of tables.entries()) {
    demand(typeof table?.name === 'string', `table ${i + 1} has no name`)
    demand(typeof table.schema === 'string', `the table "${table.name}" has no schema`)
    known.add(table.name)
  }
  for (const [i, table] of data.entries()) {
    demand(
      typeof table?.tableName === 'string',
      `"tableName" is missing in part ${i + 1} of the inner "data"`,
    )
    const name = `the table "${table.tableName}"`
    demand(known.has(table.tableName), `${name} has rows, and is not among the "tables"`)
    demand(Array.isArray(table.rows), `${name} has no array of rows`)
  }
}

function demand(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new TypeError(otherwise)
}

/** https://dexie.org/docs/Version/Version.stores(): the primary key first, then the indexes. */
function storeOf(name: string, schema: string): StoreDescription {
  const [primary = '', ...indexes] = schema.split(',').map((it) => it.trim())
  const keyPath = keyPathOf(primary)
  return {
    name,
    keyPath: keyPath === '' ? null : keyPath,
    autoIncrement: primary.includes('++'),
    indexes: indexes.filter((it) => it !== '').map(indexOf),
  }
}

function indexOf(schema: string): IndexDescription {
  return {
    name: withoutMarks(schema),
    keyPath: keyPathOf(schema),
    unique: schema.includes('&'),
    multiEntry: schema.includes('*'),
  }
}

const withoutMarks = (schema: string): string => schema.replaceAll(/[&*]|\+\+/g, '')

function keyPathOf(schema: string): string | string[] {
  const path = withoutMarks(schema)
  return path.startsWith('[') ? path.slice(1, -1).split('+') : path
}

function* recordsOf(
  stores: readonly StoreDescription[],
  tables: readonly DexieTable[],
  { onLoss = () => undefined }: FromDexieOptions,
): Generator<ImportedRecord> {
  for (const [position, { name }] of stores.entries()) {
    for (const { inbound, rows } of tables.filter(({ tableName }) => tableName === name)) {
      for (const [number, row] of rows.entries()) {
        const types: string[] = []
        const [key, value] = orDamaged(
          (): [IDBValidKey | undefined, unknown] => {
            const revived = reviveDexie(row, (type) => types.push(type))
            if (inbound) return [undefined, revived]
            demand(Array.isArray(revived), 'it is no pair of key and value')
            const [first, second] = revived as [IDBValidKey, unknown]
            return [first, second]
          },
          `row ${number + 1} of the table "${name}"`,
        )
        for (const type of types) onLoss({ store: name, key, type })
        yield { store: position, key, value }
      }
    }
  }
}
