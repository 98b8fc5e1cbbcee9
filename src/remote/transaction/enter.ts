/** The first statements of a transaction. */
import type { Durability } from '../../protocol/protocol.ts'
import type { RemoteDatabase } from '../database.ts'
import type { Lease } from '../pool.ts'
import type { HostServices } from '../services.ts'
import { beginReading, beginRelaxed, beginStrict } from '../sql/transaction-statements.ts'
import { type Row, textIn } from '../wire/statement.ts'
import { type Problem, sqlState } from '../wire/problem.ts'
import type { Ground } from './ground.ts'
import { isGeneratorNumber } from './numbers.ts'

/** Which transaction it is. */
export interface Entering {
  readonly database: RemoteDatabase
  readonly storeIds: readonly number[]
  readonly isReading: boolean
  readonly durability: Durability
  readonly lease: Lease
  readonly token: number
  /** Whether it waits for locks for as long as it takes; else it fails with `lockNotAvailable` where they are not had soon. */
  readonly isPatient: boolean
}

/** Begins it, and takes its locks or its snapshot. `entered` is called when it has them; statements may follow before that. */
export function enter(
  { sql, session, durability: byDefault }: HostServices,
  { line, numbers, db }: Ground,
  { database, storeIds, isReading, durability, lease, token, isPatient }: Entering,
  entered: () => void,
): void {
  const { transactions } = sql
  const { epoch } = database
  if (isReading) {
    line.send(beginReading)
    return line.send(transactions.enterReading, [db, epoch], entered)
  }
  const isStrict = (durability === 'default' ? byDefault : durability) === 'strict'
  line.send(isStrict ? beginStrict : beginRelaxed)
  const locks = [db, storeIds, epoch, storeIds.length]
  const entering = isPatient ? transactions.enter : transactions.enterSoon
  line.send(entering, [session.client, lease.slot, token, ...locks], ([row]) => {
    if (row && !noteNumbers(row, numbers)) line.fail(damagedNumber)
    else entered()
  })
}

const damagedNumber: Problem = {
  code: sqlState.dataCorrupted,
  message: 'the number of a key generator is none',
  isLoss: false,
}

/** Ids and numbers, each a list such as `{1,2}`. Gives whether they can be. */
function noteNumbers(row: Row, numbers: Ground['numbers']): boolean {
  const [ids, current] = [listIn(row, 0), listIn(row, 1)]
  for (const [i, id] of ids.entries()) numbers.found(id, current[i] as number) // As long as each other.
  return current.every(isGeneratorNumber)
}

function listIn(row: Row, column: number): number[] {
  return textIn(row, column).slice(1, -1).split(',').map(Number)
}
