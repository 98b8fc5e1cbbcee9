import { describe, expect, test } from 'vitest'
import { Roster, type Guest } from '../../../src/membership/roster.ts'
import { turn } from '../../kit/host-client.ts'

function guest(): Guest & { told: string[][]; wasReplaced: boolean } {
  return {
    told: [],
    wasReplaced: false,
    tell(clients) {
      this.told.push([...clients])
    },
    replaced() {
      this.wasReplaced = true
    },
  }
}

/** Whether it resolves without any more time. */
async function isResolved(promise: Promise<void> | null): Promise<boolean> {
  let is = false
  void promise?.then(() => (is = true))
  await turn()
  return is
}

describe('who is there', () => {
  test('is told to all clients once for several changes', async () => {
    const roster = new Roster({ own: 'owner', returning: null })
    const [first, second] = [guest(), guest()]
    roster.enter('first', first)
    const seat = roster.enter('second', second)
    await turn()
    expect(first.told).toEqual([['first', 'second']])
    seat.left()
    await turn()
    expect(first.told).toHaveLength(2)
    expect(first.told[1]).toEqual(['first'])
    expect(second.told).toHaveLength(1)
  })

  test('a client that comes a second time ends the first, whose end is no news', () => {
    const changes: string[][] = []
    const changed = (clients: readonly string[]) => changes.push([...clients])
    const roster = new Roster({ own: 'owner', returning: null, changed })
    const [first, second] = [guest(), guest()]
    const seat = roster.enter('client', first)
    roster.enter('client', second)
    seat.left()
    expect([first.wasReplaced, second.wasReplaced]).toEqual([true, false])
    expect(roster.clients).toEqual(['client'])
    expect(changes).toEqual([['client'], ['client']])
  })
})

describe('recovery', () => {
  test('is none for an owner that was no client of the former one', () => {
    expect(new Roster({ own: 'owner', returning: null }).recovery).toBe(null)
  })

  test('is over when all have said so, or left, or are known to have died', async () => {
    const roster = new Roster({ own: 'a', returning: ['a', 'b', 'c', 'd'] })
    roster.ownRecovered()
    roster.enter('b', guest()).recovered()
    roster.enter('c', guest()).left()
    expect(await isResolved(roster.recovery)).toBe(false)
    roster.died('d')
    expect(await isResolved(roster.recovery)).toBe(true)
  })

  test('does not wait for clients that were not there before', async () => {
    const roster = new Roster({ own: 'a', returning: ['a'] })
    roster.enter('new', guest())
    expect(await isResolved(roster.recovery)).toBe(false)
    roster.ownRecovered()
    expect(await isResolved(roster.recovery)).toBe(true)
  })

  test('waits 250 ms for those who do not arrive, and longer for those who have', async () => {
    const roster = new Roster({ own: 'a', returning: ['a', 'b', 'dead'] })
    roster.ownRecovered()
    const seat = roster.enter('b', guest())
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await isResolved(roster.recovery)).toBe(false)
    seat.recovered()
    expect(await isResolved(roster.recovery)).toBe(true)
  })

  test('waits for all who come in time where the former owner died with clients unknown', async () => {
    const roster = new Roster({ own: 'new', returning: 'unknown' })
    roster.ownRecovered()
    const seat = roster.enter('a', guest())
    roster.enter('b', guest()).recovered()
    expect(await isResolved(roster.recovery)).toBe(false)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await isResolved(roster.recovery)).toBe(false)
    seat.recovered()
    expect(await isResolved(roster.recovery)).toBe(true)
  })
})
