/** Steps of a round: opening a database, running a transaction. */
import fc from 'fast-check'
import type { Encoded, Op, OpenStep, Step } from '../program.ts'
import { compact, constants, sometimes } from './choices.ts'
import { endOp, lookOp, middle } from './operations.ts'
import { noOps, requestOp } from './requests.ts'
import { schemaOp } from './schema.ts'
import { nestedTransaction, reaction, transactionMembers } from './transactions.ts'

export const connectionNumber = fc.nat({ max: 3 })

export const db = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constant(1) },
)

export const transactionStep = (ops: fc.Arbitrary<readonly Op[]>): fc.Arbitrary<Step> =>
  fc
    .record({
      ...transactionMembers,
      db,
      connection: connectionNumber,
      ops,
      ended: sometimes(
        1,
        fc.tuple(fc.oneof(nestedTransaction, lookOp, requestOp({ inner: noOps }))),
      ),
    })
    .map((it): Step => compact(it) as Step) // compact removes undefined

export const blocked = constants('now' as const, 'later' as const)

const upgradeOps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: schemaOp },
    { weight: 5, arbitrary: requestOp({ inner: listenerOpsWithSchema() }) },
    { weight: 1, arbitrary: lookOp },
    { weight: 1, arbitrary: fc.oneof(endOp, constants<Op[]>({ do: 'throw' })) },
  ),
  { maxLength: 10 },
)

function listenerOpsWithSchema(): fc.Arbitrary<readonly Op[]> {
  return fc.oneof(
    { weight: 3, arbitrary: middle },
    { weight: 1, arbitrary: fc.array(schemaOp, { maxLength: 2 }) },
  )
}

const openMembers = {
  do: fc.constant('open' as const),
  db,
  success: fc.array(nestedTransaction, { maxLength: 1 }),
  blocked,
  transactionError: reaction,
  connectionError: reaction,
  requestError: reaction,
  ended: sometimes(1, fc.tuple(lookOp)),
}

/** Versions rise with the position of the round, so that most upgrades happen. */
export const openStep = (version: fc.Arbitrary<Encoded | undefined>): fc.Arbitrary<Step> =>
  fc
    .record({ ...openMembers, version, upgrade: upgradeOps })
    .map((it): Step => compact(it) as OpenStep) // compact removes undefined
