import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Connection } from '../../../src/sqlite/binding/connection.ts'
import { countStatements } from '../../../src/sqlite/records/range-count.ts'
import { scanStatements } from '../../../src/sqlite/records/record-reader.ts'
import { createTables } from '../../../src/sqlite/schema/tables.ts'
import type { Direction } from '../../../src/keys/direction.ts'
import type { Scan } from '../../../src/storage/storage.ts'
import {
  bytes,
  directoryOn,
  engine,
  type Found,
  found,
  indexKeys,
  indexOf,
  openWithStore,
  recordOf,
  transact,
} from '../../kit/test-directory.ts'

/** A stored record: its key, and its keys in index 1. */
type Stored = readonly [key: string, indexKeys: readonly string[]]

const key = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 2 })
const directions: readonly Direction[] = ['next', 'nextunique', 'prev', 'prevunique']

const scans = fc.record({
  indexId: fc.constantFrom(0, 1),
  direction: fc.constantFrom(...directions),
  lower: fc.option(key),
  upper: fc.option(key),
  after: fc.option(fc.tuple(key, key)),
  inclusive: fc.boolean(),
  skip: fc.nat(3),
  limit: fc.option(fc.nat(4)),
  withValues: fc.boolean(),
})

type ScanCase = typeof scans extends fc.Arbitrary<infer Case> ? Case : never

function toScan({ lower, upper, after, limit, ...rest }: ScanCase): Partial<Scan> {
  const [afterKey, afterPrimary] = after ?? ['', '']
  const primaryKey = rest.indexId === 0 ? afterKey : afterPrimary
  return {
    ...rest,
    range: { lower: bytes(lower ?? ''), upper: lower && !upper ? null : bytes(upper ?? '\xff') },
    after: after && { key: bytes(afterKey), primaryKey: bytes(primaryKey) },
    limit: limit ?? Infinity,
  }
}

/** The same scan over arrays. */
function expected(records: readonly Stored[], scan: ScanCase): Found[] {
  const isForward = scan.direction.startsWith('next')
  const isUnique = scan.direction.endsWith('unique')
  let entries = records.flatMap(([primaryKey, keys]) =>
    (scan.indexId === 0 ? [primaryKey] : [...new Set(keys)]).map((key) => ({
      key,
      primaryKey,
      value: scan.withValues ? `value of ${primaryKey}` : '',
    })),
  )
  entries.sort((a, b) => compare(a.key, b.key) || compare(a.primaryKey, b.primaryKey))
  entries = entries.filter((entry) => isInRange(entry.key, scan))
  if (isUnique) entries = entries.filter(({ key }, i) => entries[i - 1]?.key !== key)
  if (!isForward) entries.reverse()
  entries = entries.filter((entry) => isBehind(entry, scan, { isForward, isUnique }))
  return entries.slice(scan.skip, scan.limit === null ? undefined : scan.skip + scan.limit)
}

function isInRange(key: string, { lower, upper }: ScanCase): boolean {
  if (lower && !upper) return key === lower
  return key >= (lower ?? '') && key < (upper ?? '\xff')
}

function isBehind(
  { key, primaryKey }: Found,
  { after, inclusive, indexId }: ScanCase,
  { isForward, isUnique }: { isForward: boolean; isUnique: boolean },
): boolean {
  if (!after) return true
  const byKey = compare(key, after[0])
  const order = byKey || indexId === 0 || isUnique ? byKey : compare(primaryKey, after[1])
  return order === 0 ? inclusive : order > 0 === isForward
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

test('every scan gives what the same scan over arrays gives', async () => {
  const stored = fc.uniqueArray(fc.tuple(key, fc.array(key, { maxLength: 3 })), {
    selector: ([key]) => key,
    maxLength: 12,
  })
  const directory = directoryOn()
  const database = await openWithStore(directory, { indexes: [indexOf(1)] })
  fc.assert(
    fc.property(stored, fc.array(scans, { minLength: 20, maxLength: 20 }), (records, cases) => {
      transact(database, (it) => {
        it.clear(1)
        for (const [key, keys] of records) {
          const entries = [...new Set(keys)].map((indexKey) => [1, indexKey] as const)
          it.put(recordOf(key, undefined, { indexKeys: indexKeys(...entries) }))
        }
      })
      const sorted = records.toSorted(([a], [b]) => compare(a, b))
      for (const scan of cases) {
        const records = expected(sorted, scan)
        expect(found(database, toScan(scan)), JSON.stringify(scan)).toEqual(records)
        const alone = found(database, { ...toScan(scan), withKeys: false })
        expect(alone.map(({ value }) => value)).toEqual(records.map(({ value }) => value))
      }
    }),
    { numRuns: 60 },
  )
  expect(database.care.check()).toEqual([])
  await database.close()
  await directory.close()
})

test('limitBytes stops after the record that reaches it', async () => {
  const directory = directoryOn()
  const database = await openWithStore(directory, { indexes: [indexOf(1)] })
  transact(database, (it) => {
    for (const key of 'abcd') {
      it.put(recordOf(key, 'x'.repeat(9), { indexKeys: indexKeys([1, key]) }))
    }
  })
  expect(found(database, { limitBytes: 11 })).toHaveLength(2)
  expect(found(database, { limitBytes: 1 })).toHaveLength(1)
  for (const direction of directions) {
    expect(found(database, { indexId: 1, direction, limitBytes: 12 })).toHaveLength(2)
  }
  await database.close()
  await directory.close()
})

test('every scan statement seeks to both of its bounds and never sorts', async () => {
  const connection = new Connection(await engine(), { path: ':memory:', label: 'plan' })
  connection.execute(createTables)
  for (const sql of [...scanStatements, ...countStatements]) {
    const plan = queryPlan(connection, sql)
    expect(plan[0], sql).toMatch(
      /^SEARCH (records|index_records|i) USING PRIMARY KEY \((store_id=\? AND key>\? AND key<\?|index_id=\? AND (key=\?|key>\? AND key<\?|\(key,primary_key\)>\(\?,\?\) AND \(key,primary_key\)<\(\?,\?\)))\)$/,
    )
    expect(plan.join(), sql).not.toMatch(/SCAN|TEMP B-TREE/)
  }
  connection.close()
})

function queryPlan(connection: Connection, sql: string): string[] {
  const steps: string[] = []
  const statement = connection.prepare(`EXPLAIN QUERY PLAN ${sql}`)
  while (statement.step()) steps.push(statement.text(3))
  return steps
}
