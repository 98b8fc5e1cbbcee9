/** What a page commits at its own owner just before it goes, on a host that answers nothing. */
import { beforeEach, expect, test, vi } from 'vitest'
import { CommitMarks } from '../../../src/membership/session/commit-marks.ts'
import { MemberTransaction } from '../../../src/membership/session/transaction/member-transaction.ts'
import type { Parting, SessionServices } from '../../../src/membership/session/services.ts'
import type { CommitMark, HostConnection, HostTransaction } from '../../../src/protocol/protocol.ts'
import { put } from '../../kit/host-client.ts'

const receiver = { record() {}, done() {}, failed() {} }
/** Marks of the commits that the host was asked for. */
let asked: (CommitMark | undefined)[]
let kept: Parting[]
let isLeaving: boolean
let transactions: Set<MemberTransaction>
let services: SessionServices

beforeEach(() => {
  asked = []
  kept = []
  isLeaving = false
  transactions = new Set()
  const farewell = {
    get isLeaving() {
      return isLeaving
    },
    listen() {},
    keep: (parting: Parting) => {
      kept.push(parting)
      return vi.fn()
    },
  }
  const marks = new CommitMarks('page')
  services = { marks, transactions, farewell, count() {}, heard() {}, ownerLost() {} }
})

test('a commit that may wait for others has a mark, and is noted as the page goes', () => {
  const [first, second] = [begin(), begin()]
  for (const transaction of [first, second]) {
    transaction.execute(put(1, [7]), receiver)
    transaction.commit(0)
  }
  expect(kept).toEqual([])
  leave()
  expect(asked.map((mark) => mark?.number)).toEqual([1, 2])
  expect(kept.map(({ mark, operations }) => [mark.number, operations.length])).toEqual([
    [1, 1],
    [2, 1],
  ])
})

test('a commit that is executed at once has no mark, and is not noted: it would be made twice', () => {
  const transaction = begin()
  transaction.execute(put(1, [7]), receiver)
  transaction.commit(0)
  leave()
  expect(asked).toEqual([undefined])
  expect(kept).toEqual([])
})

test('what was put before the page goes is noted when it is committed as it goes', () => {
  const transaction = begin()
  transaction.execute(put(1, [7]), receiver)
  isLeaving = true
  transaction.commit(0)
  expect(kept).toHaveLength(1)
  expect(asked).toEqual([kept[0]?.mark])
})

test('what is too long for a note costs neither a mark nor a note', () => {
  const [first] = [begin(), begin()]
  first.execute(
    put(
      1,
      Array.from({ length: 100_000 }, () => 7),
    ),
    receiver,
  )
  first.commit(0)
  leave()
  expect(asked).toEqual([undefined])
  expect(kept).toEqual([])
})

/** A transaction at the page's own owner. */
function begin(): MemberTransaction {
  const host = {
    listen() {},
    execute() {},
    abort() {},
    commit: (_: number, mark?: CommitMark) => asked.push(mark),
    offerCommit() {},
  } as unknown as HostTransaction // As far as it is asked.
  const transaction = new MemberTransaction({
    services,
    database: 'db',
    listener: null,
    outlives: 'realm',
    scope: { version: 1, storeIds: [1], durability: 'relaxed' },
    create: () => host,
    ended() {},
  })
  transactions.add(transaction)
  transaction.begin({} as HostConnection) // Not asked for anything.
  return transaction
}

function leave(): void {
  isLeaving = true
  for (const transaction of transactions) transaction.keep()
}
