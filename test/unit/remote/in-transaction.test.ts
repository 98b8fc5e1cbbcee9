/** A transaction whose statements are asked one after the other, and what is told when it fails. */
import { describe, expect, test } from 'vitest'
import type { Statement } from '../../../src/remote/wire/statement.ts'
import { inTransaction } from '../../../src/remote/wire/in-transaction.ts'
import { beginStrict, commit, rollback } from '../../../src/remote/sql/transaction-statements.ts'

/** A wire that notes what it is asked, and fails at one statement. */
function notingWire(failing?: Statement) {
  const asked: Statement[] = []
  const ask = (statement: Statement) => {
    asked.push(statement)
    return statement === failing
      ? Promise.reject(new Error('the connection is lost'))
      : Promise.resolve([])
  }
  return { ask, asked }
}

describe('inTransaction()', () => {
  test('commits what was asked for, and gives the result', async () => {
    const wire = notingWire()
    const work = { text: 'SELECT 1' }
    const result = await inTransaction(wire, async () => {
      await wire.ask(work)
      return 7
    })
    expect(result).toBe(7)
    expect(wire.asked).toEqual([beginStrict, work, commit])
  })

  test('rolls back what fails, and throws its error', async () => {
    const wire = notingWire()
    const refused = new Error('refused')
    await expect(inTransaction(wire, () => Promise.reject(refused))).rejects.toBe(refused)
    expect(wire.asked).toEqual([beginStrict, rollback])
  })

  test('throws the first error where it cannot be rolled back either', async () => {
    const wire = notingWire(rollback)
    const refused = new Error('refused')
    await expect(inTransaction(wire, () => Promise.reject(refused))).rejects.toBe(refused)
  })

  test('throws what a commit fails with', async () => {
    const wire = notingWire(commit)
    await expect(inTransaction(wire, () => Promise.resolve())).rejects.toThrow(
      'the connection is lost',
    )
    expect(wire.asked).toEqual([beginStrict, commit, rollback])
  })
})
