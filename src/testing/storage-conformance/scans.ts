/** Scans: every direction from every position, compared with a plain sort, and counts. */
import type { Direction } from '../../keys/direction.ts'
import type { Scan, Storage } from '../../storage/storage.ts'
import {
  between,
  bytesOf,
  everything,
  type Fixture,
  found,
  indexKeysOf,
  indexOf,
  keysFound,
  only,
  recordOf,
  transact,
} from './fixture.ts'

const directions: readonly Direction[] = ['next', 'nextunique', 'prev', 'prevunique']

/** Adds the tests. */
export function scanTests(fixture: Fixture): void {
  const { assert } = fixture

  for (const direction of directions) {
    for (const indexId of [0, 1]) {
      const source = indexId === 0 ? 'a store' : 'an index'
      fixture.withStore(
        `'${direction}' reads ${source} on from any position`,
        [indexOf(1)],
        (storage) => {
          fill(storage)
          for (const scan of resumptions(indexId, direction)) {
            assert.deepEqual(keysFound(storage, scan), expectedKeys(scan), describe(scan))
          }
        },
      )
    }
  }

  fixture.withStore('skip passes over, limit ends', [indexOf(1)], (storage) => {
    fill(storage)
    for (const direction of directions) {
      for (const indexId of [0, 1]) {
        const whole = { indexId, direction }
        for (const [skip, limit] of [
          [0, 1],
          [1, 2],
          [2, Infinity],
          [100, 1],
          [0, 0],
        ] as const) {
          const expected = expectedKeys(whole).slice(skip, skip + limit)
          const told = `${direction} ${indexId} ${skip} ${limit}`
          assert.deepEqual(keysFound(storage, { ...whole, skip, limit }), expected, told)
        }
      }
    }
  })

  fixture.withStore('limitBytes ends after the record that reaches it', [indexOf(1)], (storage) => {
    transact(storage, (transaction) => {
      for (const key of 'abcd') {
        transaction.put(recordOf(key, 'v'.repeat(99), { indexKeys: indexKeysOf([1, key]) }))
      }
    })
    const counts = [1, 100, 101, 200, 201, Infinity].map((limitBytes) =>
      directions.map((direction) => found(storage, { direction, limitBytes }).length),
    )
    assert.deepEqual(
      counts,
      [1, 1, 2, 2, 3, 4].map((count) => directions.map(() => count)),
    )
    for (const direction of directions) {
      // Of an index the primary key counts, too.
      assert.equal(found(storage, { indexId: 1, direction, limitBytes: 101 }).length, 1)
      assert.equal(found(storage, { indexId: 1, direction, limitBytes: 102 }).length, 2)
    }
  })

  fixture.withStore('without values only keys are passed on', [indexOf(1)], (storage) => {
    transact(storage, (transaction) =>
      transaction.put(recordOf('a', 'v', { indexKeys: indexKeysOf([1, 'x']) })),
    )
    for (const direction of directions) {
      const keysOnly = { direction, withValues: false }
      assert.deepEqual(found(storage, keysOnly), ['a a '])
      assert.deepEqual(found(storage, { ...keysOnly, indexId: 1 }), ['x a '])
    }
  })

  fixture.withStore('a range of one key reads that key', [indexOf(1)], (storage) => {
    fill(storage)
    assert.deepEqual(keysFound(storage, { range: only('b') }), ['b b'])
    assert.deepEqual(keysFound(storage, { range: only('0') }), [])
    assert.deepEqual(keysFound(storage, { indexId: 1, range: only('x') }), ['x a', 'x b', 'x c'])
  })

  fixture.withStore('count() counts as scan() reads', [indexOf(1)], (storage) => {
    fill(storage)
    for (const range of [everything, between('b', 'y'), only('b'), only('x')]) {
      for (const indexId of [0, 1]) {
        const { length } = keysFound(storage, { indexId, range })
        assert.equal(storage.count(1, indexId, range), length)
      }
    }
    transact(storage, (transaction) => transaction.deleteRange(1, only('a')))
    assert.deepEqual(
      [0, 1].map((indexId) => storage.count(1, indexId, everything)),
      [4, 6],
    )
  })

  fixture.withStore('a receiver that throws ends the scan, not the storage', [], (storage) => {
    fill(storage)
    const thrown = new Error('enough')
    assert.throws(
      () =>
        storage.scan({ ...wholeStore }, () => {
          throw thrown
        }),
      (error) => error === thrown,
    )
    assert.equal(found(storage).length, 5)
  })
}

/** Primary key → its keys in index 1. */
const entries: Readonly<Record<string, string>> = { a: 'xy', b: 'xz', c: 'x', d: 'wz', bb: 'y' }

function fill(storage: Storage): void {
  const hasIndex = storage.schema.stores.get(1)?.indexes.has(1)
  transact(storage, (transaction) => {
    for (const [key, indexKeys] of Object.entries(entries)) {
      const pairs = [...indexKeys].map((indexKey) => [1, indexKey] as const)
      const listed = hasIndex ? indexKeysOf(...pairs) : null
      transaction.put(recordOf(key, `value of ${key}`, { indexKeys: listed }))
    }
  })
}

const wholeStore: Scan = {
  storeId: 1,
  indexId: 0,
  range: everything,
  direction: 'next',
  after: null,
  inclusive: false,
  skip: 0,
  limit: Infinity,
  limitBytes: Infinity,
  withValues: true,
}

/** A row in text; texts of these keys sort as their bytes do. */
type Row = readonly [key: string, primaryKey: string]

function rowsOf(indexId: number): Row[] {
  const keys = Object.keys(entries)
  const rows: Row[] =
    indexId === 0
      ? keys.map((key) => [key, key])
      : keys.flatMap((key) => [...(entries[key] ?? '')].map((it): Row => [it, key]))
  return rows.sort(compareRows)
}

function compareRows([key, primaryKey]: Row, [otherKey, otherPrimaryKey]: Row): number {
  const [a, b] = key === otherKey ? [primaryKey, otherPrimaryKey] : [key, otherKey]
  if (a === b) return 0
  return a < b ? -1 : 1
}

type Resumption = Partial<Scan> & Pick<Scan, 'direction' | 'indexId'>

/** Scans of two ranges from the start, from every row, and from places where there is none. */
function resumptions(indexId: number, direction: Direction): Resumption[] {
  const places: Row[] = [...rowsOf(indexId), ['0', '0'], ['bc', 'bc'], ['~', '~']]
  if (indexId === 1) places.push(['x', 'bz'], ['x', '~'])
  return [everything, between('b', 'y')].flatMap((range) => {
    const whole = { indexId, direction, range }
    const resumed = places.flatMap(([key, primaryKey]) => {
      const after = { key: bytesOf(key), primaryKey: bytesOf(primaryKey) }
      return [false, true].map((inclusive) => ({ ...whole, after, inclusive }))
    })
    return [whole, ...resumed]
  })
}

function expectedKeys(scan: Resumption): string[] {
  const { direction, after, inclusive, range = everything } = scan
  const isUnique = direction.endsWith('unique')
  const sign = direction.startsWith('next') ? 1 : -1
  const inRange = rowsOf(scan.indexId).filter(([key]) => isWithin(key, range))
  const chosen = isUnique ? inRange.filter(([key], i) => key !== inRange[i - 1]?.[0]) : inRange
  const directed = sign === 1 ? chosen : [...chosen].reverse()
  return directed
    .filter((row) => {
      if (!after) return true
      const position: Row = [textOf(after.key), isUnique ? row[1] : textOf(after.primaryKey)]
      const order = compareRows(row, position) * sign
      return order > 0 || (inclusive === true && order === 0)
    })
    .map((row) => row.join(' '))
}

function isWithin(key: string, { lower, upper }: Scan['range']): boolean {
  return key >= textOf(lower) && (upper === null || key < textOf(upper))
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function describe({ range, after, inclusive }: Resumption): string {
  const position = after ? [after.key, after.primaryKey].map(textOf).join(' ') : 'the start'
  return `from ${position}${inclusive ? ', inclusive,' : ''} in ${range ? textOf(range.lower) : ''}`
}
