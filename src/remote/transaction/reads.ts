/** Operations that read. */
import type { Operation, ScanOperation } from '../../protocol/protocol.ts'
import { countStatement, getStatement, scanStatement } from '../sql/scan-statements.ts'
import { numberIn } from '../wire/statement.ts'
import { FoundRecords } from './found/found-records.ts'
import { GotRecords } from './found/got-records.ts'
import type { Ground, Group, Pending } from './ground.ts'

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
    const got = new GotRecords(ground, pendings)
    const done = (): void => {
      got.end()
      over()
    }
    ground.line.send(statement, values, done, (row) => got.row(row))
  })
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
