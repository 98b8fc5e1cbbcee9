/** Statements that read records in order. Their text depends on the kind of scan alone, and is prepared under that kind's name. */
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
    this.values.push(value)
    return `$${this.values.length}`
  }
}

/**
 * What reads the records of a scan, in order. A row has the key (of an index: and the record's key), and with values the value and a
 * part of it: a value in parts has a row for each, in order, and an empty value.
 */
export function scanStatement(schema: string, db: number, scan: Scan): Bound {
  const parameters = new Parameters()
  const place = { schema, db: parameters.add(db), parameters }
  const text = scan.indexId === 0 ? storeScan(place, scan) : indexScan(place, scan)
  return { statement: { name: nameOf(scan), text }, values: parameters.values }
}

function nameOf(scan: Scan): string {
  const { indexId, direction, after, inclusive, withValues, limitBytes, limit } = scan
  const of = indexId === 0 ? 'store' : 'index'
  const from = !after ? 'all' : inclusive ? 'at' : 'after'
  const what = withValues ? 'values' : 'keys'
  const some = withValues && isCut({ limitBytes, limit }) ? 'cut' : 'whole'
  return `idb_scan_${of}_${direction}_${from}_${what}_${some}`
}

interface Place {
  readonly schema: string
  readonly db: string
  readonly parameters: Parameters
}

function isCut({ limitBytes, limit }: Pick<Scan, 'limitBytes' | 'limit'>): boolean {
  return limitBytes !== Infinity && limit > 1
}

function storeScan(place: Place, scan: Scan): string {
  const { schema, db, parameters } = place
  const order = isForward(scan.direction) ? 'ASC' : 'DESC'
  const { lower, upper } = storeBounds(scan)
  const store = parameters.add(scan.storeId)
  const columns = scan.withValues ? 'key, value, parts' : 'key'
  const found = `SELECT ${columns} FROM ${schema}.records WHERE db = ${db} AND store = ${store} AND key >= ${parameters.add(lower)} AND key < ${parameters.add(upper)} ORDER BY key ${order} ${pageOf(parameters, scan)}`
  if (!scan.withValues) return found
  const source = isCut(scan) ? cut(parameters, scan, { found, order: `key ${order}` }) : found
  return `SELECT r.key, r.value, c.part FROM (${source}) r ${partsOf(place, store, 'r.key')} ORDER BY r.key ${order}, c.no`
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

/** Ends with the record with which a number of bytes is reached; the size of a value in parts is that of its whole parts. */
function cut(
  parameters: Parameters,
  { limitBytes, indexId }: Scan,
  { found, order }: { found: string; order: string },
): string {
  const keys = indexId === 0 ? 'length(key)' : 'length(key) + length(pkey)'
  const size = `${keys} + length(value) + greatest(parts - 1, 0)::bigint * ${chunkBytes}`
  return `SELECT * FROM (SELECT *, sum(${size}) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) - (${size}) AS before FROM (${found}) f) g WHERE before < ${parameters.add(limitBytes)}`
}

/** By itself, so that each is looked up: a server that knows nothing of its tables would read all of them for the first. */
function recordOf({ schema, db }: Place, store: string, key: string): string {
  return `CROSS JOIN LATERAL (SELECT value, parts FROM ${schema}.records WHERE db = ${db} AND store = ${store} AND key = ${key} LIMIT 1) r`
}

function partsOf({ schema, db }: Place, store: string, key: string): string {
  return `LEFT JOIN LATERAL (SELECT no, part FROM ${schema}.chunks WHERE r.parts > 0 AND db = ${db} AND store = ${store} AND key = ${key} OFFSET 0) c ON true`
}

function indexScan(place: Place, scan: Scan): string {
  const { parameters } = place
  const isUnique = scan.direction.endsWith('unique')
  const found = isUnique ? firstEntries(place, scan) : entriesFound(place, scan)
  if (!scan.withValues) return found
  const order = isForward(scan.direction) ? 'ASC' : 'DESC'
  const store = parameters.add(scan.storeId)
  const joined = `SELECT e.key, e.pkey, r.value, r.parts FROM (${found}) e ${recordOf(place, store, 'e.pkey')}`
  const by = `key ${order}, pkey ${order}`
  const source = isCut(scan) ? cut(parameters, scan, { found: joined, order: by }) : joined
  return `SELECT r.key, r.pkey, r.value, c.part FROM (${source}) r ${partsOf(place, store, 'r.pkey')} ORDER BY r.key ${order}, r.pkey ${order}, c.no`
}

function entriesFound(place: Place, scan: Scan): string {
  const { schema, db, parameters } = place
  const order = isForward(scan.direction) ? 'ASC' : 'DESC'
  const index = parameters.add(scan.indexId)
  return `SELECT key, pkey FROM ${schema}.entries WHERE db = ${db} AND idx = ${index} AND ${entryBounds(parameters, scan)} ORDER BY key ${order}, pkey ${order} ${pageOf(parameters, scan)}`
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
  const text = `SELECT count(*) FROM ${schema}.${table} WHERE db = $1 AND ${column} = $2 AND key >= $3 AND key < $4`
  return { statement: { name: `idb_count_${table}`, text }, values: [db, id, lower, upper] }
}

/**
 * What reads the record of each of several keys: of a store's, or the first one of an index's. A row has the place from 1, of an index the
 * record's key, and with values the value and a part of it as above.
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
  const place = { schema, db: '$1', parameters: new Parameters() }
  const records = recordOf(place, '$3', key)
  const columns = `u.o${isStore ? '' : ', e.pkey'}`
  const text = withValues
    ? `SELECT ${columns}, r.value, c.part FROM ${found} ${records} ${partsOf(place, '$3', key)} ORDER BY u.o, c.no`
    : `SELECT ${columns} FROM ${found} ${records} ORDER BY u.o`
  return {
    statement: { name, text },
    values: [db, byteaArray(keys), storeId, ...(isStore ? [] : [indexId])],
  }
}
