/** One that looks for the owner of a directory, which a test plays on the directory's channel. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Broker } from '../../../src/membership/browser/broker.ts'
import { Knocking } from '../../../src/membership/browser/knocking.ts'
import {
  type Knock,
  meet,
  type Meeting,
  meetingPointOf,
  type Word,
} from '../../../src/membership/browser/meeting-point.ts'
import { eventually } from '../../kit/eventually.ts'

const point = meetingPointOf(`/${process.pid}`)
let heard: Word[]
let owner: Meeting
/** Ports left with the broker, by their ids. */
let left: Map<string, MessagePort>
let failBroker: () => void
let broker: Broker
const begun: Knocking[] = []

beforeEach(() => {
  heard = []
  owner = meet(point.channel, (word) => heard.push(word))
  left = new Map()
  broker = {
    leave: (id, port) => left.set(id, port),
    line: () => new MessageChannel().port1,
    failed: new Promise((resolve) => (failBroker = resolve)),
  }
})

afterEach(() => {
  owner.close()
  for (const knocking of begun.splice(0)) knocking.close()
  for (const port of left.values()) port.close()
})

test('leaves a port with the broker, and is let in at it by the owner', async () => {
  const knocking = knock(broker)
  const { id, via, life } = await lastKnock(1)
  expect([via, life]).toEqual(['broker', 'life'])
  owner.say({ type: 'welcome', id, life: 'owner' })
  const { port, welcome } = await knocking.entered
  expect(welcome).toEqual({ type: 'welcome', id, life: 'owner' })
  const received = new Promise((resolve) =>
    port.addEventListener('message', ({ data }) => resolve(data)),
  )
  port.start?.()
  left.get(id)?.postMessage('in')
  expect(await received).toBe('in')
  port.end()
})

test('knocks again under another id where an owner begins, and does not take the welcome of the first', async () => {
  const knocking = knock(broker)
  const first = await lastKnock(1)
  owner.say({ type: 'here' })
  const second = await lastKnock(2)
  expect(second.id).not.toBe(first.id)
  owner.say({ type: 'welcome', id: first.id, life: 'gone' })
  owner.say({ type: 'welcome', id: second.id, life: 'owner' })
  const { port, welcome } = await knocking.entered
  expect(welcome.life).toBe('owner')
  port.end()
})

test('knocks over a channel where the owner cannot reach the broker', async () => {
  knock(broker)
  const { id } = await lastKnock(1)
  owner.say({ type: 'refused', id })
  expect((await lastKnock(2)).via).toBe('channel')
})

test('knocks over a channel where a policy turns out to forbid the broker, and from the start where there is none', async () => {
  knock(broker)
  await lastKnock(1)
  failBroker()
  expect((await lastKnock(2)).via).toBe('channel')
  knock(null)
  expect((await lastKnock(3)).via).toBe('channel')
})

test('one that has given up is not let in', async () => {
  const knocking = knock(broker)
  const { id } = await lastKnock(1)
  knocking.close()
  owner.say({ type: 'welcome', id, life: 'owner' })
  const other = knock(null)
  const next = await lastKnock(2)
  owner.say({ type: 'welcome', id: next.id, life: 'owner' })
  const first = await Promise.race([
    knocking.entered.then(() => 'the one that gave up'),
    other.entered.then(({ port }) => {
      port.end()
      return 'the other'
    }),
  ])
  expect(first).toBe('the other')
})

function knock(over: Broker | null): Knocking {
  const knocking = new Knocking(point, 'life', over)
  begun.push(knocking)
  return knocking
}

/** The last knock, once that many have been heard. */
async function lastKnock(count: number): Promise<Knock> {
  const knocks = (): Knock[] => heard.filter((word) => word.type === 'knock')
  await eventually(() => expect(knocks()).toHaveLength(count))
  const last = knocks().at(-1)
  if (!last) throw new Error('unreachable: it was heard')
  return last
}
