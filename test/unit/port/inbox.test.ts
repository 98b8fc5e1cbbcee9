/** What comes when the host has done enough in a turn of the event loop is read in turns to come, in order, and none of it is lost. */
import { beforeEach, expect, test } from 'vitest'
import { isTurnSpent, Pump } from '../../../src/event-loop/pump.ts'
import { queueTurn } from '../../../src/event-loop/turn.ts'
import { Inbox } from '../../../src/port/flow/inbox.ts'
import { Malformed } from '../../../src/port/malformed.ts'
import { type ParcelReader, ParcelWriter } from '../../../src/port/parcel.ts'

const calls: number[] = []
let failure: unknown = null
let inbox: Inbox

beforeEach(() => {
  calls.length = 0
  failure = null
  inbox = new Inbox(readCall, (error) => (failure = error))
})

/** Call 13 is none. */
function readCall(parcel: ParcelReader): void {
  const number = parcel.number()
  if (number === 13) throw new Malformed('is not a known call')
  calls.push(number)
}

function parcelOf(...numbers: number[]): unknown {
  const writer = new ParcelWriter()
  for (const number of numbers) writer.number(number)
  return writer.take().parcel
}

/** Calls of a host take all that they may in this turn. */
function spendTurn(): void {
  const pump = new Pump()
  while (pump.allows(1));
  expect(isTurnSpent()).toBe(true)
}

const turn = (): Promise<void> => new Promise((resolve) => queueTurn(resolve))

test('is read at once while the host has time', () => {
  inbox.add(parcelOf(1, 2, 3))
  expect(calls).toEqual([1, 2, 3])
})

test('waits for the next turn where the host has none, and what comes later waits for it', async () => {
  spendTurn()
  inbox.add(parcelOf(1, 2))
  inbox.add(parcelOf(3))
  expect(calls).toEqual([])
  await turn()
  expect(calls).toEqual([1, 2, 3])
})

test('goes on in turns to come where the host has spent its time in the midst of it', async () => {
  inbox = new Inbox(
    (parcel) => {
      readCall(parcel)
      if (calls.length === 2) spendTurn()
    },
    (error) => (failure = error),
  )
  inbox.add(parcelOf(1, 2, 3))
  expect(calls).toEqual([1, 2])
  await turn()
  await turn()
  expect(calls).toEqual([1, 2, 3])
})

test('is read at once where its client has ended', () => {
  spendTurn()
  inbox.add(parcelOf(1, 2))
  inbox.readAll()
  expect(calls).toEqual([1, 2])
})

test('is read at once where more than 1 MiB waits', () => {
  spendTurn()
  const many = Array.from({ length: 70_000 }, (_, i) => i + 100)
  inbox.add(parcelOf(...many))
  expect(calls).toEqual([])
  inbox.add(parcelOf(...many))
  expect(calls.length).toBe(140_000)
})

test('is read at once where its bytes lie in memory that is used again', () => {
  spendTurn()
  const writer = new ParcelWriter()
  writer.bytes(new Uint8Array(100_000))
  const { parcel } = writer.take()
  inbox.add({ ...parcel, isLent: true })
  expect(calls.length).toBe(1)
})

test('is not read any more once it was closed', async () => {
  spendTurn()
  inbox.add(parcelOf(1))
  inbox.close()
  await turn()
  await turn()
  expect(calls).toEqual([])
})

test('ends with the first call that is none, whenever that is read', async () => {
  spendTurn()
  inbox.add(parcelOf(1, 13, 2))
  await turn()
  await turn()
  expect(calls).toEqual([1])
  expect(failure).toBeInstanceOf(Malformed)
  inbox.add(parcelOf(3))
  expect(calls).toEqual([1])
})
