/** The commit that travels with the operations, over a host that answers when the test says so. */
import { expect, test, vi } from 'vitest'
import { addListener } from '../../../src/events/dispatch.ts'
import { clearObjectStore, countRecords, getValue } from '../../../src/core/records/retrieval.ts'
import { failure } from '../../../src/errors.ts'
import { unboundedRange } from '../../../src/keys/key-range.ts'
import { steeredTransaction, tasksDone } from './steered-host.ts'

vi.mock('../../../src/events/report-exception.ts', () => ({ reportException: () => {} }))

const listening = { capture: false, once: false }
const constraint = failure('ConstraintError', 'The key exists')

const remote = (mode: 'readonly' | 'readwrite' = 'readwrite') =>
  steeredTransaction(mode, { isRemote: true })

test('a remote host is offered the commit of a transaction in which no listener could hear a result', async () => {
  const { transaction, host, store } = remote()
  clearObjectStore(store)
  await tasksDone()
  expect(host.calls).toEqual(['clear', 'offer 0'])
  expect(transaction.state).toBe('committing')
})

test('an offered commit that is made fires complete, and nothing is asked a second time', async () => {
  const { transaction, host, store } = remote()
  const request = clearObjectStore(store)
  const log: string[] = []
  addListener(transaction, 'complete', () => void log.push(`complete ${request.isDone}`), listening)
  await tasksDone()
  host.next().receiver.done(undefined)
  transaction.committed()
  await tasksDone()
  expect(log).toEqual(['complete true'])
  expect(host.calls).toEqual(['clear', 'offer 0'])
})

test('a host in this thread is offered no commit', async () => {
  const { host, store } = steeredTransaction()
  clearObjectStore(store)
  await tasksDone()
  expect(host.calls).toEqual(['clear'])
})

test('no commit is offered where a listener may hear a success, on the way of the event too', async () => {
  const { transaction, host, store } = remote()
  addListener(transaction, 'success', () => {}, { capture: true, once: false })
  clearObjectStore(store)
  await tasksDone()
  expect(host.calls).toEqual(['clear'])
})

test('no commit is offered of a transaction that only reads, or one of whose answers has to be read', async () => {
  const reading = remote('readonly')
  countRecords(reading.store, unboundedRange)
  const both = remote()
  clearObjectStore(both.store)
  getValue(both.store, unboundedRange)
  await tasksDone()
  expect(reading.host.calls).toEqual(['count'])
  expect(both.host.calls).toEqual(['clear', 'scan'])
})

test('no commit is offered of more requests than are worth a look', async () => {
  const { host, store } = remote()
  for (let i = 0; i < 17; i++) clearObjectStore(store)
  await tasksDone()
  expect(host.calls.filter((call) => call !== 'clear')).toEqual([])
})

test('what a listener of an earlier request places last travels with the commit', async () => {
  const { host, store } = remote()
  const first = countRecords(store, unboundedRange)
  addListener(first, 'success', () => void clearObjectStore(store), listening)
  host.next().receiver.done(1)
  await tasksDone()
  expect(host.calls).toEqual(['count', 'clear', 'offer 0'])
})

test('a transaction whose offer is declined is as it was: it can be aborted, heard, and commits after its last event', async () => {
  const { transaction, host, store } = remote()
  const request = clearObjectStore(store)
  await tasksDone()
  transaction.declined()
  expect(transaction.state).toBe('inactive')
  addListener(request, 'success', () => void countRecords(store, unboundedRange), listening)
  host.next().receiver.done(undefined)
  await tasksDone()
  expect(host.calls).toEqual(['clear', 'offer 0', 'count', 'offer 0'])
  transaction.declined()
  transaction.abort(null)
  expect(host.calls.at(-1)).toBe('abort')
})

test('a failure takes the offer back: the request has its own error, and a listener may go on', async () => {
  const { transaction, host, store } = remote()
  const request = clearObjectStore(store)
  addListener(transaction, 'error', (event) => event.preventDefault(), listening)
  await tasksDone()
  expect(host.calls).toEqual(['clear', 'offer 0'])
  host.next().receiver.failed(constraint)
  await tasksDone()
  expect(request.error).toMatchObject({ name: 'ConstraintError' })
  expect(host.calls).toEqual(['clear', 'offer 0', 'commit 1'])
})

test('a failure without a listener aborts the transaction with its own error, offered or not', async () => {
  const { transaction, host, store } = remote()
  const request = clearObjectStore(store)
  await tasksDone()
  host.next().receiver.failed(constraint)
  await tasksDone()
  expect(transaction.error).toMatchObject({ name: 'ConstraintError' })
  expect(request.error).toMatchObject({ name: 'ConstraintError' })
  expect(host.calls).toEqual(['clear', 'offer 0', 'abort'])
})

test('a listener added while the host decides is called, and finds the transaction committing', async () => {
  const { transaction, host, store } = remote()
  const request = clearObjectStore(store)
  await tasksDone()
  const states: string[] = []
  addListener(request, 'success', () => void states.push(transaction.state), listening)
  host.next().receiver.done(undefined)
  transaction.committed()
  await tasksDone()
  expect(states).toEqual(['committing'])
  expect(transaction.state).toBe('finished')
})
