/** Operations that read. */
import type { Operation, ScanOperation } from '../../protocol/protocol.ts'
import { countStatement, getStatement, scanStatement } from '../sql/scan-statements.ts'
import { numberIn, type Row, textIn } from '../wire/statement.ts'
import { FoundRecords } from './found/found-records.ts'
import type { Ground, Group, Pending } from './ground.ts'
import { partsIn, recordUnder } from './found/record-under.ts'

/** One scan, whose records are passed on while they come. */
export function scanning(pending: Pending<ScanOperation>): Group {
  return reading((ground, over) => {
    const { operation, receiver } = pending
    const { statement, values } = scanStatement(ground.schemaName, ground.db, operation)
    const found = new FoundRecords((record) => receiver.record(record))
    const done = (): void => {
      attempt(
        ground,
        pending,
        () => found.end(),
        () => ground.done(pending),
      )
      over()
    }
    ground.line.send(statement, values, done, (row) =>
      attempt(ground, pending, () => found.row(row)),
    )
  })
}

/** One count. */
export function counting(pending: Pending<Operation & { readonly type: 'count' }>): Group {
  return reading((ground, over) => {
    const { statement, values } = countStatement(ground.schemaName, ground.db, pending.operation)
    ground.line.send(statement, values, ([row]) => {
      ground.done(pending, row ? numberIn(row, 0) : 0)
      over()
    })
  })
}

/** Whether a scan asks for the record of one key, so that several can be asked together. */
export function isGet({ indexId, range, direction, after, skip, limit }: ScanOperation): boolean {
  if (range.upper !== null || after !== null || skip !== 0 || limit < 1) return false
  return indexId === 0 || (limit === 1 && direction === 'next')
}

/** Gets of the same store or index. */
export function getting(pendings: readonly Pending<ScanOperation>[]): Group {
  return reading((ground, over) => {
    const [first] = pendings
    if (!first) throw new Error('unreachable: a group is empty')
    const keys = pendings.map(({ operation }) => operation.range.lower)
    const of = first.operation
    const { statement, values } = getStatement(ground.schemaName, ground.db, of, keys)
    ground.line.send(statement, values, (rows) => {
      let at = 0
      for (const [i, pending] of pendings.entries()) {
        const start = at
        while (at < rows.length && numberIn(rows[at] as Row, 0) === i + 1) at++
        const pass = (): void => passFound(rows, start, at, pending)
        attempt(ground, pending, pass, () => ground.done(pending))
      }
      over()
    })
  })
}

function passFound(
  rows: readonly Row[],
  start: number,
  end: number,
  { operation, receiver }: Pending<ScanOperation>,
): void {
  if (start === end) return
  const row = rows[start] as Row // There is at least one.
  const isIndex = operation.indexId !== 0
  const primaryKey = isIndex ? textIn(row, 1) : null
  const parts = operation.withValues ? partsIn(rows, start, end, isIndex ? 2 : 1) : []
  receiver.record(recordUnder(operation.range.lower, primaryKey, parts))
}

function attempt(
  ground: Ground,
  pending: Pending,
  pass: () => void,
  passed: () => void = () => {},
): void {
  try {
    pass()
  } catch (error) {
    return ground.broke(pending, error)
  }
  passed()
}

function reading(run: Group['run']): Group {
  return { mayFail: false, isBarrier: false, run }
}
