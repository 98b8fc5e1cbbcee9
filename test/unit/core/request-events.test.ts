/** Events of requests on their way through transaction and connection, and what follows from them. */
import { expect, test, vi } from 'vitest'
import { type Target, addListener, setEventHandler } from '../../../src/events/dispatch.ts'
import { countRecords, getValue } from '../../../src/core/records/retrieval.ts'
import { failure } from '../../../src/errors.ts'
import { unboundedRange } from '../../../src/keys/key-range.ts'
import { type Steered, steeredTransaction, tasksDone } from './steered-host.ts'

vi.mock('../../../src/events/report-exception.ts', () => ({ reportException: () => {} }))

const bubbling = { capture: false, once: false }
const capturing = { capture: true, once: false }
const taken = failure('ConstraintError', 'Object store "s" has a record with this key')

/** A transaction with one request, and the three targets that its events pass, each with a handle as script has one. */
function pathOfOne() {
  const steered = steeredTransaction()
  const request = countRecords(steered.store, unboundedRange)
  const targets = { request, transaction: steered.transaction, connection: steered.connection }
  for (const target of Object.values(targets)) target.handle = {}
  return { ...steered, targets, request }
}

function log(targets: Readonly<Record<string, Target>>, type: string, entries: string[]): void {
  for (const [name, target] of Object.entries(targets)) {
    addListener(target, type, () => void entries.push(name), bubbling)
    addListener(target, type, () => void entries.push(`captured by ${name}`), capturing)
  }
}

async function fail({ host }: Steered): Promise<void> {
  host.next().receiver.failed(taken)
  await tasksDone()
}

test('success is captured from the connection inwards, and does not bubble', async () => {
  const { targets, host, request } = pathOfOne()
  const entries: string[] = []
  log(targets, 'success', entries)
  host.next().receiver.done(3)
  await tasksDone()
  expect(request.result).toBe(3)
  expect(entries).toEqual([
    'captured by connection',
    'captured by transaction',
    'captured by request',
    'request',
  ])
})

test('error bubbles from the request to the connection, before the transaction is aborted', async () => {
  const steered = pathOfOne()
  const entries: string[] = []
  log(steered.targets, 'error', entries)
  addListener(
    steered.connection,
    'error',
    () => void entries.push(steered.transaction.state),
    bubbling,
  )
  addListener(steered.connection, 'abort', () => void entries.push('abort'), bubbling)
  await fail(steered)
  expect(entries.slice(3)).toEqual(['request', 'transaction', 'connection', 'active', 'abort'])
  expect(steered.transaction.error).toBe(steered.request.error)
})

test('an error that is cancelled at the connection aborts nothing', async () => {
  const steered = pathOfOne()
  addListener(steered.connection, 'error', (event) => event.preventDefault(), bubbling)
  await fail(steered)
  expect(steered.host.calls).toEqual(['count', 'commit 1'])
})

test('an event handler that returns false cancels the error, a listener that does so does not', async () => {
  const handled = pathOfOne()
  setEventHandler(handled.request, 'error', () => false)
  await fail(handled)
  expect(handled.host.calls).toEqual(['count', 'commit 1'])
  const listened = pathOfOne()
  addListener(listened.request, 'error', () => false, bubbling)
  await fail(listened)
  expect(listened.host.calls).toEqual(['count', 'abort'])
})

test('an error whose way is stopped at the request aborts the transaction all the same', async () => {
  const steered = pathOfOne()
  const entries: string[] = []
  addListener(steered.request, 'error', (event) => event.stopPropagation(), bubbling)
  addListener(steered.transaction, 'error', () => void entries.push('transaction'), bubbling)
  await fail(steered)
  expect(entries).toEqual([])
  expect(steered.host.calls).toEqual(['count', 'abort'])
})

test('an exception in a listener of a cancelled error aborts with AbortError, after the other listeners', async () => {
  const steered = pathOfOne()
  const entries: string[] = []
  const throwing = (event: Event): never => {
    event.preventDefault()
    throw new Error('of the application')
  }
  addListener(steered.request, 'error', throwing, bubbling)
  addListener(steered.request, 'error', () => void entries.push('next'), bubbling)
  addListener(steered.transaction, 'error', () => void entries.push('transaction'), bubbling)
  await fail(steered)
  expect(entries).toEqual(['next', 'transaction'])
  expect(steered.transaction.error).toMatchObject({ name: 'AbortError' })
  expect(steered.request.error).toMatchObject({ name: 'ConstraintError' })
})

test('a listener that aborts the transaction itself leaves its error null, whatever the request failed with', async () => {
  const steered = pathOfOne()
  addListener(steered.request, 'error', () => steered.transaction.abort(null), bubbling)
  await fail(steered)
  expect(steered.transaction.error).toBe(null)
  expect(steered.host.calls).toEqual(['count', 'abort'])
})

test('a request that fails after commit() fails with AbortError, as its transaction is aborted first', async () => {
  const steered = pathOfOne()
  steered.transaction.commit()
  await fail(steered)
  expect(steered.request.error).toMatchObject({ name: 'AbortError' })
  expect(steered.transaction.error).toMatchObject({ name: 'ConstraintError' })
})

test('a request without listeners is done, with its result, all the same', async () => {
  const { request, host } = pathOfOne()
  host.next().receiver.done(5)
  expect(request.isDone).toBe(false)
  await tasksDone()
  expect([request.isDone, request.result]).toEqual([true, 5])
})

test('a stored value that cannot be read fails its request, and so the transaction', async () => {
  const { store, host, transaction } = steeredTransaction()
  const request = getValue(store, unboundedRange)
  const { receiver } = host.next()
  const bytes = Uint8Array.of(1, 0x7f)
  const place = { keyStart: 0, keyEnd: 0, primaryKeyStart: 0, primaryKeyEnd: 0 }
  receiver.record({ bytes, ...place, valueStart: 0, valueEnd: 2 })
  receiver.done(undefined)
  await tasksDone()
  expect(request.error).toMatchObject({ name: 'UnknownError' })
  expect(transaction.error).toBe(request.error)
})

test('abort bubbles to the connection, complete does not', async () => {
  const aborted = pathOfOne()
  const completed = pathOfOne()
  const entries: string[] = []
  for (const { connection } of [aborted, completed]) {
    for (const type of ['abort', 'complete']) {
      addListener(connection, type, () => void entries.push(type), bubbling)
    }
  }
  aborted.transaction.abort(null)
  completed.host.next().receiver.done(1)
  await tasksDone()
  completed.transaction.committed()
  await tasksDone()
  expect(entries).toEqual(['abort'])
})
