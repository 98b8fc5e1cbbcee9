/** Who is in the way of a request, as another thread or process says it: that is input. */
import { expect, test } from 'vitest'
import { blockersAmong } from '../../../src/host/requests/blockers.ts'
import { answerOf } from '../../../src/port/answers.ts'
import { callOf } from '../../../src/port/calls.ts'
import { Malformed } from '../../../src/port/malformed.ts'
import { blockersOf, endsOfPort, toldTo } from '../../../src/port/serving/blockers.ts'
import { type Blocker, here, type Holder } from '../../../src/protocol/blockers.ts'

const sound: Blocker = {
  holder: 'client',
  id: 'k3Jq0sLm2vXaPz41',
  pid: 4712,
  thread: 0,
  connections: 1,
  opened: ['f (a.js:1:2)'],
}

test('what a release does not say is not known, and what it says in addition is passed over', () => {
  const blocked = { type: 'blocked', id: 1, oldVersion: 1, newVersion: null }
  expect(answerOf(blocked)).toMatchObject({ blockers: undefined })
  expect(answerOf({ ...blocked, blockers: [{ ...sound, more: 1 }] })).toMatchObject({
    blockers: [sound],
  })
  expect(callOf({ type: 'delivered', id: 1 })).toMatchObject({ opened: undefined })
})

test.each<unknown>([
  { ...sound, holder: 'stranger' },
  { ...sound, id: 'i'.repeat(65) },
  { ...sound, id: '\x1b[2J' },
  { ...sound, pid: -1 },
  { ...sound, thread: '0' },
  { ...sound, connections: 0 },
  { ...sound, application: 'a\nb', address: null },
  { ...sound, application: null, address: 'a'.repeat(65) },
  { ...sound, opened: ['p'.repeat(501)] },
  { ...sound, opened: ['a\nb'] },
  { ...sound, opened: Array.from({ length: 21 }, () => 'p') },
  null,
])('%j is taken from no owner', (blocker) => {
  expect(() => blockersOf([sound, blocker])).toThrow(Malformed)
})

test('a process of a server is taken with its name and its address, or without', () => {
  const known: Blocker = { ...sound, application: 'till-1', address: '10.0.0.5' }
  const unknown: Blocker = { ...sound, application: null, address: null }
  expect(blockersOf([known, unknown])).toEqual([known, unknown])
})

test('a list that is too long is taken from no owner', () => {
  expect(() => blockersOf(Array.from({ length: 22 }, () => sound))).toThrow(Malformed)
})

test.each<unknown>([7, null, 'p'.repeat(501), '\x9b31m'])(
  'the place %j is taken from no client',
  (opened) => {
    expect(() => callOf({ type: 'delivered', id: 1, opened })).toThrow(Malformed)
  },
)

const held = (id: string | null, opened: string | null = null) => {
  const holder: Holder = id === null ? here : { ...here, holder: 'client', id }
  return { holding: { holder, opened } }
}

test('connections are listed by their holders, with their places', () => {
  expect(blockersAmong([held(null, 'a'), held('x'), held(null, 'b'), held('x', 'c')])).toEqual([
    { ...here, connections: 2, opened: ['a', 'b'] },
    { ...here, holder: 'client', id: 'x', connections: 2, opened: ['c'] },
  ])
})

test('a list stays as short as others take it, and counts all', () => {
  const crowd = Array.from({ length: 30 }, (_, at) => held(String(at), 'p'))
  const many = Array.from({ length: 30 }, () => held('0', 'p'))
  const blockers = blockersAmong([...crowd, ...many])
  expect(blockersOf(blockers)).toEqual(blockers)
  expect(blockers).toHaveLength(21)
  expect(blockers[0]).toMatchObject({ id: '0', connections: 31 })
  expect(blockers.at(-1)).toMatchObject({ holder: 'others', id: null, connections: 10 })
})

test('the two ends of a port have each their own words for who is here', () => {
  const ends = endsOfPort()
  const [own, other] = [
    { ...sound, ...ends.client },
    { ...sound, ...endsOfPort().client },
  ]
  const told = toldTo(ends, [own, other, { ...sound, ...here }, sound])
  expect(told).toEqual([{ ...sound, ...here }, other, { ...sound, ...ends.server }, sound])
  expect(toldTo(null, [own])).toEqual([own])
})
