/** Who is told where no connection to a server comes about. */
import { expect, test } from 'vitest'
import { domException } from '../../../src/errors.ts'
import { Pool } from '../../../src/remote/pool.ts'
import { transactionStatements } from '../../../src/remote/sql/transaction-statements.ts'
import type { Connector } from '../../../src/remote/wire/connect.ts'

/** A pool of one connection, which cannot be made. */
function poolWithout(): Pool {
  const reason = domException('UnknownError', 'away', { code: 'ERR_IDB_UNREACHABLE' })
  const connector = { connect: () => Promise.reject(reason) }
  return new Pool({
    schema: 'any',
    connector: connector as unknown as Connector, // Nothing else of it is asked for.
    statements: transactionStatements('"any"'),
    most: 1,
    idleMs: 30_000,
    client: () => Promise.resolve('any'),
    revive: () => Promise.resolve(),
  })
}

test('all who wait are told where the only connection cannot be made', async () => {
  const pool = poolWithout()
  const outcomes = await Promise.allSettled([pool.acquire(), pool.acquire(), pool.acquire()])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(outcomes).toMatchObject(
    [1, 2, 3].map(() => ({ reason: { cause: { code: 'ERR_IDB_UNREACHABLE' } } })),
  )
})
