/** Statements that read records in order. Their text depends on the kind of scan alone, and is prepared under that kind's name. */
import { append } from '../../base/own-property.ts'
import { behindKey, type EncodedRange } from '../../keys/key-range.ts'
import { compareKeys } from '../../keys/key.ts'
import { isForward } from '../../keys/direction.ts'
import type { Scan } from '../../protocol/protocol.ts'
import { chunkBytes } from './tables.ts'
import { byteaArray } from '../wire/arrays.ts'
import type { Statement, Value } from '../wire/statement.ts'

/** A statement and what it is executed with. */
export interface Bound {
  readonly statement: Statement
  readonly values: readonly Value[]
}

/** The keys of a range as an interval that is half open, also where it is one key. */
export function intervalOf({ lower, upper }: EncodedRange): {
  lower: Uint8Array
  upper: Uint8Array
} {
  return { lower, upper: upper ?? behindKey(lower) }
}

/** Gathers values and gives what stands for each in the text. */
class Parameters {
  readonly values: Value[] = []

  add(value: Value): string {
    append(this.values, value)
    return `$${this.values.length}`
  }
}

/** How many records come together, and how many bytes of them before the last: a driver has a row as text, which takes twice as many. */
const groupLength = 64
const groupBytes = 1024 * 1024

/**
 * What reads the records of a scan. Most of a server's and a driver's time goes into rows, so a row has several records: the place of the
 * first among all, from 1, and lists of their keys, of an index of their records' keys, and of their values, each in order, as `bytea`
 * in the binary format of arrays; null where it is not wanted. A value in parts is empty there, and its parts come as rows of their own:
 * the number of the part, the place of the record, the part where the list of values is, and last how many parts there are. Rows come in
 * any order.
 */
export function scanStatement(schema: string, db: number, scan: Scan): Bound {
  const parameters = new Parameters()
  const isIndex = scan.indexId !== 0
  const dbName = parameters.add(db)
  // The server wants each parameter to be used.
  const store = isIndex && !scan.withValues ? '' : parameters.add(scan.storeId)
  const place = { schema, db: dbName, store, parameters }
  const records = numbered(place, scan)
  const hasKeys = !isKeyless(scan)
  const lists = [
    listOf(hasKeys ? 'key' : null),
    listOf(hasKeys && isIndex ? 'pkey' : null),
    listOf(scan.withValues ? wholeValue : null),
  ]
  const group = `(n - 1) / ${groupLength}${isSized(scan) ? `, before / ${groupBytes}` : ''}`
  const groups = `SELECT NULL::int, min(n)::int, ${lists.join(', ')}, NULL::int FROM (${records}) r GROUP BY ${group}`
  const key = isIndex ? 'r.pkey' : 'r.key'
  const text = scan.withValues ? `${groups} UNION ALL ${partsOfLong(place, records, key)}` : groups
  return { statement: { name: nameOf(scan), text }, values: parameters.values }
}

function isKeyless({ withKeys, withValues }: Scan): boolean {
  return withKeys === false && withValues
}

function listOf(column: string | null): string {
  return column === null ? 'NULL::bytea' : `array_send(array_agg(${column} ORDER BY n))`
}

/** Empty also where one that is said to be in parts is there as a whole: `get()` fails for such damage, and a scan has to, too. */
const wholeValue = "CASE WHEN parts = 0 THEN value ELSE '' END"

/** Read in addition only where a value of the store is in parts. */
function partsOfLong({ schema, db, store }: Place, records: string, key: string): string {
  const ofStore = `${schema}.chunks WHERE db = ${db} AND store = ${store}`
  return `SELECT c.no, r.n::int, NULL, NULL, c.part, r.parts FROM (${records}) r CROSS JOIN LATERAL (SELECT no, part FROM ${ofStore} AND key = ${key} AND r.parts > 0 OFFSET 0) c WHERE EXISTS (SELECT FROM ${ofStore})`
}

function nameOf(scan: Scan): string {
  const { indexId, direction, after, inclusive, withValues } = scan
  const of = indexId === 0 ? 'store' : 'index'
  const from = !after ? 'all' : inclusive ? 'at' : 'after'
  const what = isKeyless(scan) ? 'bare' : withValues ? 'values' : 'keys'
  const size = isCut(scan) ? 'cut' : isSized(scan) ? 'whole' : 'light'
  return `idb_scan_${of}_${direction}_${from}_${what}_${size}`
}

interface Place {
  readonly schema: string
  readonly db: string
  /** Empty where it is not asked. */
  readonly store: string
  readonly parameters: Parameters
}

function isCut(scan: Scan): boolean {
  return isSized(scan) && scan.limitBytes !== Infinity
}

/** Whether it matters how many bytes the records have. */
function isSized({ limit, withValues }: Scan): boolean {
  return withValues && limit > 1
}

/**
 * The records with their places in order, and where sizes matter the bytes of all before each. Where bytes are limited they end with the
 * record with which the number is reached; the size of a value in parts is that of its whole parts.
 */
function numbered(place: Place, scan: Scan): string {
  const order = orderOf(scan)
  const found = scan.indexId === 0 ? storeScan(place, scan) : indexScan(place, scan)
  const window = `WINDOW w AS (ORDER BY ${order} ROWS UNBOUNDED PRECEDING)`
  if (!isSized(scan)) return `SELECT f.*, row_number() OVER w AS n FROM (${found}) f ${window}`
  const keys = scan.indexId === 0 ? 'length(key)' : 'length(key) + length(pkey)'
  const size = `${keys} + length(value) + greatest(parts - 1, 0) * ${chunkBytes}`
  const sized = `SELECT f.*, row_number() OVER w AS n, sum(${size}) OVER w - (${size}) AS before FROM (${found}) f ${window}`
  if (!isCut(scan)) return sized
  return `SELECT * FROM (${sized}) g WHERE before < ${place.parameters.add(scan.limitBytes)}`
}

function orderOf({ indexId, direction }: Scan): string {
  const order = isForward(direction) ? 'ASC' : 'DESC'
  if (indexId === 0 || direction.endsWith('unique')) return `key ${order}`
  return `key ${order}, pkey ${order}`
}

function storeScan({ schema, db, store, parameters }: Place, scan: Scan): string {
  const { lower, upper } = storeBounds(scan)
  const columns = scan.withValues ? 'key, value, parts' : 'key'
  return `SELECT ${columns} FROM ${schema}.records WHERE db = ${db} AND store = ${store} AND key >= ${parameters.add(lower)} AND key < ${parameters.add(upper)} ORDER BY ${orderOf(scan)} ${pageOf(parameters, scan)}`
}

/** In a store both keys of a position are the same. */
function storeBounds({ range, direction, after, inclusive }: Scan): {
  lower: Uint8Array
  upper: Uint8Array
} {
  const { lower, upper } = intervalOf(range)
  if (!after) return { lower, upper }
  if (isForward(direction)) {
    const start = inclusive ? after.key : behindKey(after.key)
    return { lower: compareKeys(start, lower) > 0 ? start : lower, upper }
  }
  const end = inclusive ? behindKey(after.key) : after.key
  return { lower, upper: compareKeys(end, upper) < 0 ? end : upper }
}

function pageOf(parameters: Parameters, { limit, skip }: Scan): string {
  // A limit of NULL is none.
  const most = limit === Infinity ? null : limit
  return `LIMIT ${parameters.add(most)}::bigint OFFSET ${parameters.add(skip)}`
}

/** By itself, so that each is looked up: a server that knows nothing of its tables would read all of them for the first. */
function recordOf(
  { schema, db }: Pick<Place, 'schema' | 'db'>,
  store: string,
  key: string,
): string {
  return `CROSS JOIN LATERAL (SELECT value, parts FROM ${schema}.records WHERE db = ${db} AND store = ${store} AND key = ${key} LIMIT 1) r`
}

function partsOf({ schema, db }: Pick<Place, 'schema' | 'db'>, store: string, key: string): string {
  return `LEFT JOIN LATERAL (SELECT no, part FROM ${schema}.chunks WHERE r.parts > 0 AND db = ${db} AND store = ${store} AND key = ${key} OFFSET 0) c ON true`
}

function indexScan(place: Place, scan: Scan): string {
  const isUnique = scan.direction.endsWith('unique')
  const found = isUnique ? firstEntries(place, scan) : entriesFound(place, scan)
  if (!scan.withValues) return found
  return `SELECT e.key, e.pkey, r.value, r.parts FROM (${found}) e ${recordOf(place, place.store, 'e.pkey')}`
}

function entriesFound(place: Place, scan: Scan): string {
  const { schema, db, parameters } = place
  const index = parameters.add(scan.indexId)
  return `SELECT key, pkey FROM ${schema}.entries WHERE db = ${db} AND idx = ${index} AND ${entryBounds(parameters, scan)} ORDER BY ${orderOf(scan)} ${pageOf(parameters, scan)}`
}

/** A position is the one bound of the index on its side, or walking would read again what lies before it. */
function entryBounds(parameters: Parameters, { range, direction, after, inclusive }: Scan): string {
  const { lower, upper } = intervalOf(range)
  if (!after) return `key >= ${parameters.add(lower)} AND key < ${parameters.add(upper)}`
  const forward = isForward(direction)
  const operator = `${forward ? '>' : '<'}${inclusive ? '=' : ''}`
  const position = `(key, pkey) ${operator} (${parameters.add(after.key)}::bytea, ${parameters.add(after.primaryKey)}::bytea)`
  return forward
    ? `${position} AND key < ${parameters.add(upper)}`
    : `${position} AND key >= ${parameters.add(lower)}`
}

/** The first entry of each key, whose other entries are passed over without reading them. */
function firstEntries(place: Place, scan: Scan): string {
  const { schema, db, parameters } = place
  const forward = isForward(scan.direction)
  const { lower, upper } = storeBounds(scan)
  const index = parameters.add(scan.indexId)
  const [low, high] = [parameters.add(lower), parameters.add(upper)]
  const keys = `SELECT key FROM ${schema}.entries WHERE db = ${db} AND idx = ${index} AND`
  const [order, step] = forward
    ? ['ASC', `key > w.key AND key < ${high}`]
    : ['DESC', `key < w.key AND key >= ${low}`]
  const first = `${keys} key >= ${low} AND key < ${high} ORDER BY key ${order} LIMIT 1`
  const next = `${keys} ${step} ORDER BY key ${order} LIMIT 1`
  const walk = `WITH RECURSIVE w (key) AS ((${first}) UNION ALL SELECT (${next}) FROM w WHERE w.key IS NOT NULL)`
  const pkey = `SELECT pkey FROM ${schema}.entries e WHERE e.db = ${db} AND e.idx = ${index} AND e.key = w.key ORDER BY pkey LIMIT 1`
  return `${walk} SELECT key, (${pkey}) AS pkey FROM w WHERE key IS NOT NULL ${pageOf(parameters, scan)}`
}

/** What counts the keys of a range in a store or an index. */
export function countStatement(
  schema: string,
  db: number,
  { storeId, indexId, range }: { storeId: number; indexId: number; range: EncodedRange },
): Bound {
  const { lower, upper } = intervalOf(range)
  const [table, column, id] =
    indexId === 0
      ? (['records', 'store', storeId] as const)
      : (['entries', 'idx', indexId] as const)
  // The order is for the sake of the index: another has the entries of the whole database.
  const text = `SELECT count(*) FROM (SELECT FROM ${schema}.${table} WHERE db = $1 AND ${column} = $2 AND key >= $3 AND key < $4 ORDER BY key) r`
  return { statement: { name: `idb_count_${table}`, text }, values: [db, id, lower, upper] }
}

/**
 * What reads the record of each of several keys: of a store's, or the first one of an index's. A row has the place from 1, of an index the
 * record's key, and with values the value, how many parts it has (null: it is whole), and of one of these the number and the part.
 */
export function getStatement(
  schema: string,
  db: number,
  { storeId, indexId, withValues }: Pick<Scan, 'storeId' | 'indexId' | 'withValues'>,
  keys: readonly Uint8Array[],
): Bound {
  const isStore = indexId === 0
  const name = `idb_get_${isStore ? 'store' : 'index'}_${withValues ? 'values' : 'keys'}`
  const asked = 'unnest($2::bytea[]) WITH ORDINALITY u (k, o)'
  const found = isStore
    ? asked
    : `${asked} CROSS JOIN LATERAL (SELECT pkey FROM ${schema}.entries WHERE db = $1 AND idx = $4 AND key = u.k ORDER BY pkey LIMIT 1) e`
  const key = isStore ? 'u.k' : 'e.pkey'
  const place = { schema, db: '$1' }
  const records = recordOf(place, '$3', key)
  const columns = `u.o${isStore ? '' : ', e.pkey'}`
  const text = withValues
    ? `SELECT ${columns}, r.value, nullif(r.parts, 0), c.no, c.part FROM ${found} ${records} ${partsOf(place, '$3', key)} ORDER BY u.o, c.no`
    : `SELECT ${columns} FROM ${found} ${records} ORDER BY u.o`
  return {
    statement: { name, text },
    values: [db, byteaArray(keys), storeId, ...(isStore ? [] : [indexId])],
  }
}
