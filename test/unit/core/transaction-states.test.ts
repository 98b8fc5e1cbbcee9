/** The life of a transaction in its realm, over a host that answers when the test says so. */
import { expect, test, vi } from 'vitest'
import { addListener } from '../../../src/events/dispatch.ts'
import { clearObjectStore, countRecords, getValue } from '../../../src/core/records/retrieval.ts'
import type { Transaction } from '../../../src/core/transaction.ts'
import { failure } from '../../../src/errors.ts'
import { unboundedRange } from '../../../src/keys/key-range.ts'
import { steeredTransaction, tasksDone } from './steered-host.ts'

vi.mock('../../../src/events/report-exception.ts', () => ({ reportException: () => {} }))

const listening = { capture: false, once: false }
const trouble = failure('UnknownError', 'The disk', { detail: 'it has gone' })

/** Logs the events of these types that reach the transaction. */
function eventsOf(transaction: Transaction): string[] {
  const log: string[] = []
  for (const type of ['success', 'error', 'complete', 'abort']) {
    addListener(transaction, type, () => void log.push(type), listening)
  }
  return log
}

test('a transaction is active until its script and the microtasks after it are over', async () => {
  const { transaction, host } = steeredTransaction()
  expect(transaction.state).toBe('active')
  await Promise.resolve()
  expect(transaction.state).toBe('active')
  await tasksDone()
  expect(transaction.state).toBe('committing')
  expect(host.calls).toEqual(['commit 0'])
})

test('a transaction commits when its last request has its event, and not before', async () => {
  const { transaction, host, store } = steeredTransaction()
  countRecords(store, unboundedRange)
  await tasksDone()
  expect(transaction.state).toBe('inactive')
  expect(host.calls).toEqual(['count'])
  host.next().receiver.done(3)
  await tasksDone()
  expect(host.calls).toEqual(['count', 'commit 0'])
})

test('a transaction is active in a listener and in the microtasks after it, and then no more', async () => {
  const { transaction, host, store } = steeredTransaction()
  const request = countRecords(store, unboundedRange)
  const states: string[] = []
  addListener(
    request,
    'success',
    () => {
      states.push(transaction.state)
      queueMicrotask(() => states.push(transaction.state))
    },
    listening,
  )
  host.next().receiver.done(0)
  await tasksDone()
  expect([...states, transaction.state]).toEqual(['active', 'active', 'committing'])
})

test('a request placed while the transaction is inactive throws TransactionInactiveError', async () => {
  const { store } = steeredTransaction()
  countRecords(store, unboundedRange)
  await tasksDone()
  expect(() => countRecords(store, unboundedRange)).toThrow(/^The transaction on .* is not active/)
})

test('a request that fails aborts its transaction with its own error', async () => {
  const { transaction, host, store } = steeredTransaction()
  const events = eventsOf(transaction)
  countRecords(store, unboundedRange)
  host.next().receiver.failed(trouble)
  await tasksDone()
  expect(transaction.state).toBe('finished')
  expect(transaction.error).toMatchObject({ name: 'UnknownError' })
  expect(host.calls).toEqual(['count', 'abort'])
  expect(events).toEqual(['error', 'abort'])
})

test('a failure whose event is cancelled lets the transaction go on, and is told to the host', async () => {
  const { transaction, host, store } = steeredTransaction()
  addListener(transaction, 'error', (event) => event.preventDefault(), listening)
  countRecords(store, unboundedRange)
  host.next().receiver.failed(trouble)
  await tasksDone()
  expect(host.calls).toEqual(['count', 'commit 1'])
})

test('a listener that throws aborts the transaction with AbortError, though the request succeeded', async () => {
  const { transaction, host, store } = steeredTransaction()
  const request = countRecords(store, unboundedRange)
  addListener(
    request,
    'success',
    () => {
      throw new Error('of the application')
    },
    listening,
  )
  host.next().receiver.done(1)
  await tasksDone()
  expect(transaction.error).toMatchObject({ name: 'AbortError' })
  expect(host.calls).toEqual(['count', 'abort'])
})

test('an abort fails the requests without a result in their order, and then fires abort', async () => {
  const { transaction, host, store } = steeredTransaction()
  const log: string[] = []
  for (const name of ['first', 'second']) {
    const request = getValue(store, unboundedRange)
    addListener(request, 'error', () => void log.push(`${name} ${request.error?.name}`), listening)
  }
  addListener(transaction, 'abort', () => void log.push('abort'), listening)
  transaction.abort(null)
  expect(host.calls).toEqual(['scan', 'scan', 'abort'])
  await tasksDone()
  expect(log).toEqual(['first AbortError', 'second AbortError', 'abort'])
  expect(transaction.error).toBe(null)
})

test('an answer that comes after the abort changes nothing', async () => {
  const { transaction, host, store } = steeredTransaction()
  const request = countRecords(store, unboundedRange)
  transaction.abort(null)
  host.next().receiver.done(7)
  await tasksDone()
  expect(request.result).toBe(undefined)
  expect(request.error).toMatchObject({ name: 'AbortError' })
})

test('complete is fired when the host has committed, and the transaction is finished by then', async () => {
  const { transaction } = steeredTransaction()
  let state = ''
  addListener(transaction, 'complete', () => void (state = transaction.state), listening)
  await tasksDone()
  expect(state).toBe('')
  transaction.committed()
  await tasksDone()
  expect(state).toBe('finished')
})

test('a commit that the host cannot keep fires abort with its error, and no complete', async () => {
  const { transaction } = steeredTransaction()
  const events = eventsOf(transaction)
  await tasksDone()
  transaction.aborted(failure('QuotaExceededError', 'The commit', { detail: 'the disk is full' }))
  await tasksDone()
  expect(events).toEqual(['abort'])
  expect(transaction.error).toMatchObject({ name: 'QuotaExceededError' })
})

test('a transaction that is cut off fires abort with an error that says so to programs', async () => {
  const { transaction } = steeredTransaction()
  const events = eventsOf(transaction)
  transaction.cutOff(new Error('Script execution timed out'))
  await tasksDone()
  expect(events).toEqual(['abort'])
  const database = transaction.connection.host.name
  expect({ ...(transaction.error?.cause as Error) }).toEqual({ code: 'ERR_IDB_CUT_OFF', database })
  expect(transaction.error?.message).toMatch(/: Script execution timed out$/)
})

test('a transaction that runs ahead fires nothing until the one before it has committed', async () => {
  const { transaction, host, store } = steeredTransaction()
  const events: string[] = []
  transaction.wentAhead()
  const request = countRecords(store, unboundedRange)
  addListener(request, 'success', () => void events.push('success'), listening)
  host.next().receiver.done(1)
  await tasksDone()
  expect(events).toEqual([])
  transaction.caughtUp()
  await tasksDone()
  expect(events).toEqual(['success'])
  expect(host.calls).toEqual(['count', 'commit 0'])
})

test('a transaction that runs ahead, and in which no listener could hear a result, commits at once', async () => {
  const { transaction, host, store } = steeredTransaction()
  transaction.wentAhead()
  clearObjectStore(store)
  host.next().receiver.done(undefined)
  await tasksDone()
  expect(host.calls).toEqual(['clear', 'commit 0'])
})
