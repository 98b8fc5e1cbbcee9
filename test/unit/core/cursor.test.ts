/** How a cursor reads ahead, over a host that answers when the test says so. */
import { expect, test } from 'vitest'
import {
  type Cursor,
  iterateCursor,
  openCursor,
  type Step,
} from '../../../src/core/records/cursor.ts'
import { deleteRecords, getValue } from '../../../src/core/records/retrieval.ts'
import type { Request } from '../../../src/core/request.ts'
import type { Operation } from '../../../src/protocol/protocol.ts'
import { unboundedRange } from '../../../src/keys/key-range.ts'
import { encodeNumberKey } from '../../../src/keys/number-key.ts'
import { addListener } from '../../../src/events/dispatch.ts'
import { type Steered, steeredTransaction, tasksDone, until } from './steered-host.ts'

const onward: Step = { skip: 0, key: null, primaryKey: null }
const everything = { range: unboundedRange, direction: 'next', keyOnly: false } as const

function toKey(number: number): Step {
  return { skip: 0, key: encodeNumberKey(number), primaryKey: null }
}

/** A cursor and what its steps bring it to; each step is taken within the event of the one before. */
interface Walk extends Steered {
  readonly request: Request
  /** Numbers, 'end', or the name of an error. */
  readonly places: unknown[]
  /** Taken one after the other, as events come. */
  readonly steps: Step[]
}

function walk(steps: Step[], options: Partial<Parameters<typeof openCursor>[1]> = {}): Walk {
  const steered = steeredTransaction()
  const request = openCursor(steered.store, { ...everything, ...options })
  const places: unknown[] = []
  const listening = { capture: false, once: false }
  addListener(request, 'error', () => void places.push(request.error?.name), listening)
  addListener(request, 'success', arrived, listening)
  return { ...steered, request, places, steps }

  function arrived(): void {
    const cursor = request.result as Cursor | null // Of a cursor's request.
    places.push(cursor ? cursor.key : 'end')
    const step = steps.shift()
    if (cursor && step) iterateCursor(cursor, step)
  }
}

function limitOf(operation: Operation | undefined): number {
  if (operation?.type !== 'scan') throw new Error(`expected a scan, not ${operation?.type}`)
  return operation.limit
}

test('the first read of a cursor is small, later ones grow up to a limit', async () => {
  const { host } = walk(Array.from({ length: 400 }, () => onward))
  const limits: number[] = []
  let key = 0
  while (limits.length < 6) {
    await until(() => host.asked.length > 0)
    const limit = limitOf(host.asked[0]?.operation)
    host.answerScan(Array.from({ length: limit }, () => key++))
    limits.push(limit)
  }
  expect(limits).toEqual([2, 8, 32, 128, 128, 128])
})

test('steps that land in what was read ahead ask the host for nothing', async () => {
  const { host, places } = walk([onward])
  host.answerScan([1, 2])
  await tasksDone()
  expect(places).toEqual([1, 2])
  expect(host.calls).toEqual(['scan', 'commit 0'])
})

test('a step past what was read ahead reads on after the current position', async () => {
  const { host } = walk([onward, onward])
  host.answerScan([1, 2])
  await tasksDone()
  expect(host.next().operation).toMatchObject({
    after: { key: encodeNumberKey(2) },
    inclusive: false,
  })
})

test('a write to the store drops what was read ahead, and another store keeps it', async () => {
  const { host, store, places, request } = walk([])
  host.answerScan([1, 2])
  addListener(
    request,
    'success',
    () => {
      deleteRecords(store, store, unboundedRange)
      if (places.length === 1) iterateCursor(request.result as Cursor, onward)
    },
    { capture: false, once: true },
  )
  await tasksDone()
  expect(host.calls).toEqual(['scan', 'deleteRange', 'scan'])
})

test('continue(key) is answered from what was read ahead when the key lies there', async () => {
  const { host, places } = walk([onward, toKey(5)])
  host.answerScan([1, 2])
  await tasksDone()
  expect(host.next().operation).toMatchObject({
    after: { key: encodeNumberKey(5) },
    inclusive: true,
  })
  expect(places).toEqual([1, 2])
})

test('advance() skips over what was read ahead and says how many records are left to skip', async () => {
  const { host, places } = walk([{ skip: 1, key: null, primaryKey: null }])
  host.answerScan([1, 2])
  await tasksDone()
  expect(places).toEqual([1])
  expect(host.next().operation).toMatchObject({ after: { key: encodeNumberKey(1) }, skip: 1 })
})

test('past the end the result is null, and the cursor keeps neither key nor value', async () => {
  const { host, places, request } = walk([onward])
  host.answerScan([1])
  await tasksDone()
  const cursor = request.reader && (request as unknown as { cursor: Cursor }).cursor // Its own, see CursorRequest.
  host.answerScan([])
  await tasksDone()
  expect(places).toEqual([1, 'end'])
  expect([cursor.key, cursor.value, cursor.gotValue]).toEqual([undefined, undefined, false])
})

test('a record that is out of order fails the iteration: in a damaged index it might go round forever', async () => {
  const { host, places } = walk([onward, onward])
  host.answerScan([3, 2])
  await tasksDone()
  expect(places).toEqual([3, 'UnknownError'])
})

test('a backwards cursor takes descending records, and refuses ascending ones', async () => {
  const down = walk([onward], { direction: 'prev' })
  down.host.answerScan([2, 1])
  const up = walk([onward], { direction: 'prev' })
  up.host.answerScan([1, 2])
  await tasksDone()
  expect(down.places).toEqual([2, 1])
  expect(up.places).toEqual([1, 'UnknownError'])
})

test('a commit is asked for once where it waits for a read and the cursor stands on what it has read ahead', async () => {
  const { host, request, store, transaction } = walk([])
  const listening = { capture: false, once: true }
  addListener(
    request,
    'success',
    () => {
      getValue(store, unboundedRange)
      iterateCursor(request.result as Cursor, onward) // Of a cursor's request.
      transaction.commit()
    },
    listening,
  )
  await until(() => host.asked.length > 0)
  host.answerScan([1, 2])
  await until(() => host.asked.length > 0)
  expect(host.calls).toEqual(['scan', 'scan'])
  host.answerScan([1])
  await tasksDone()
  expect(host.calls).toEqual(['scan', 'scan', 'commit 0'])
})
