/** A transaction whose statements are asked one after the other. */
import { beginStrict, commit, rollback } from '../sql/transaction-statements.ts'
import type { Wire } from './wire.ts'

/**
 * All of what `work` asks for, or nothing of it.
 *
 * @throws what `work` throws, also where the connection is lost at the same time, and the transaction with it
 */
export async function inTransaction<Result>(
  wire: Pick<Wire, 'ask'>,
  work: () => Promise<Result>,
): Promise<Result> {
  await wire.ask(beginStrict)
  try {
    const result = await work()
    await wire.ask(commit)
    return result
  } catch (error) {
    await wire.ask(rollback).catch(() => {}) // The first reason is the one to tell.
    throw error
  }
}
