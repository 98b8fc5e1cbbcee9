/** How open databases share the memory for pages. */
import { describe, expect, test } from 'vitest'
import { CacheBudget } from '../../../src/sqlite/care/cache-budget.ts'

const MiB = 1024
const budgetBytes = 64 * 1024 * 1024

/** A database that keeps a number of MiB. */
class User {
  usedMiB: number
  /** What it was told, in MiB. */
  readonly told: number[] = []

  constructor(usedMiB: number) {
    this.usedMiB = usedMiB
  }

  usedKiB(): number {
    return this.usedMiB * MiB
  }

  take(shareKiB: number): void {
    this.told.push(shareKiB / MiB)
  }

  get share(): number | undefined {
    return this.told.at(-1)
  }
}

function shared(...users: readonly User[]): CacheBudget {
  const budget = new CacheBudget()
  for (const user of users) budget.join(user, budgetBytes)
  return budget
}

/** As many as pass before it is looked again. */
function read(budget: CacheBudget): void {
  for (let i = 0; i < 1024; i++) budget.noteRead()
}

const sharesOf = (users: readonly User[]) => users.map(({ share }) => share)

describe('a database whose share is full', () => {
  test('is lent what others do not use, and those keep their shares', () => {
    const users = [new User(15), new User(1), new User(3)]
    const budget = shared(...users)
    expect(sharesOf(users)).toEqual([16, 16, 16])
    read(budget)
    // The others may double what they have, in powers of two.
    expect(sharesOf(users)).toEqual([64 - 2 - 8, 16, 16])
  })

  test('gives back what another comes to need', () => {
    const users = [new User(15), new User(1)]
    const budget = shared(...users)
    const [large, small] = users
    if (large) large.usedMiB = 62
    read(budget)
    expect(sharesOf(users)).toEqual([62, 32])
    if (small) small.usedMiB = 20
    read(budget)
    expect(sharesOf(users)).toEqual([32, 32])
  })

  test('shares with others that need more, too', () => {
    const users = [new User(16), new User(9), new User(0), new User(0)]
    const budget = shared(...users)
    read(budget)
    expect(sharesOf(users)).toEqual([30, 30, 16, 16])
  })
})

test('nothing is lent before there were many reads, or a few transactions', () => {
  const users = [new User(32), new User(0)]
  const budget = shared(...users)
  for (let i = 0; i < 1023; i++) budget.noteRead()
  expect(sharesOf(users)).toEqual([32, 32])
  budget.noteTransaction()
  expect(sharesOf(users)).toEqual([62, 32])
})

test('no database gets less than its share, however many need more than there is', () => {
  const users = Array.from({ length: 40 }, () => new User(2))
  const budget = shared(...users)
  read(budget)
  expect(new Set(sharesOf(users))).toEqual(new Set([2]))
})

test('one that is alone has all there is', () => {
  const user = new User(64)
  read(shared(user))
  expect(user.told).toEqual([64])
})
