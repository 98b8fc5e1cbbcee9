import { describe, expect, test, vi } from 'vitest'
import { Roster, type Guest } from '../../../src/membership/roster.ts'
import { turn } from '../../kit/host-client.ts'

const clock = await vi.hoisted(async () => {
  const { SteeredClock } = await import('../../kit/steered-clock.ts')
  return new SteeredClock()
})
vi.mock('../../../src/event-loop/turn.ts', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  now: clock.now,
  queueIdleTimer: clock.queueIdleTimer,
}))

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
    const roster = new Roster({ own: 'owner', returning: null })
    roster.onClients((clients) => changes.push([...clients]))
    const [first, second] = [guest(), guest()]
    const seat = roster.enter('client', first)
    roster.enter('client', second)
    seat.left()
    expect([first.wasReplaced, second.wasReplaced]).toEqual([true, false])
    expect(roster.clients).toEqual(['client'])
    expect(changes).toEqual([[], ['client'], ['client']])
  })
})

describe('recovery', () => {
  test('is none for an owner that was no client of the former one', () => {
    expect(new Roster({ own: 'owner', returning: null }).recovery).toBe(null)
  })

  test('is over when all have said so, or left, or are known to have died', async () => {
    const dead = new Set(['d'])
    const hasDied = (client: string) => dead.has(client)
    const roster = new Roster({ own: 'a', returning: ['a', 'b', 'c', 'd', 'e'], hasDied })
    expect(roster.clients).toEqual(['b', 'c', 'e'])
    roster.ownRecovered()
    roster.enter('b', guest()).recovered()
    roster.enter('c', guest()).left()
    expect(await isResolved(roster.recovery)).toBe(false)
    dead.add('e')
    await clock.pass(25)
    expect(await isResolved(roster.recovery)).toBe(true)
  })

  test('waits also for clients that come meanwhile and are on no list', async () => {
    const roster = new Roster({ own: 'a', returning: ['a'] })
    const seat = roster.enter('new', guest())
    roster.ownRecovered()
    expect(await isResolved(roster.recovery)).toBe(false)
    seat.recovered()
    expect(await isResolved(roster.recovery)).toBe(true)
    roster.enter('newer', guest())
    expect(roster.clients).toEqual(['new', 'newer'])
  })

  test('waits 250 ms for those who do not arrive, and longer for those who have', async () => {
    const roster = new Roster({ own: 'a', returning: ['a', 'b', 'dead'] })
    roster.ownRecovered()
    const seat = roster.enter('b', guest())
    await clock.pass(225)
    expect(roster.clients).toEqual(['b', 'dead'])
    await clock.pass(25)
    expect(roster.clients).toEqual(['b'])
    await clock.pass(4_750)
    expect(await isResolved(roster.recovery)).toBe(false)
    seat.recovered()
    expect(await isResolved(roster.recovery)).toBe(true)
  })

  test('does not count the time in which the owner could let no one in', async () => {
    const roster = new Roster({ own: 'a', returning: ['a', 'b'] })
    roster.ownRecovered()
    clock.beBusy(400)
    await clock.pass(0)
    expect(await isResolved(roster.recovery)).toBe(false)
    expect(roster.clients).toEqual(['b'])
    roster.enter('b', guest()).recovered()
    expect(await isResolved(roster.recovery)).toBe(true)
  })

  test('waits for one that has come and has not said who it is', async () => {
    const roster = new Roster({ own: 'a', returning: ['a', 'b'] })
    roster.ownRecovered()
    const hasSaidHello = roster.knocked()
    await clock.pass(500)
    expect(roster.clients).toEqual(['b'])
    hasSaidHello()
    await clock.pass(25)
    expect(await isResolved(roster.recovery)).toBe(true)
    expect(roster.clients).toEqual([])
  })

  test('waits for 1 s where those who have not died are known to be alive', async () => {
    const roster = new Roster({ own: 'a', returning: ['a', 'b'], hasDied: () => false })
    roster.ownRecovered()
    await clock.pass(975)
    expect(await isResolved(roster.recovery)).toBe(false)
    await clock.pass(25)
    expect(await isResolved(roster.recovery)).toBe(true)
  })

  test('waits for all who come in time where the former owner died with clients unknown', async () => {
    const roster = new Roster({ own: 'new', returning: 'unknown' })
    roster.ownRecovered()
    const seat = roster.enter('a', guest())
    roster.enter('b', guest()).recovered()
    expect(await isResolved(roster.recovery)).toBe(false)
    await clock.pass(400)
    expect(await isResolved(roster.recovery)).toBe(false)
    seat.recovered()
    expect(await isResolved(roster.recovery)).toBe(true)
  })
})
