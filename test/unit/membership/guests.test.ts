import { expect, test } from 'vitest'
import { Guests, type Serve } from '../../../src/membership/guests.ts'
import { Roster } from '../../../src/membership/roster.ts'
import type { HostPort } from '../../../src/port/messages.ts'
import { turn } from '../../kit/host-client.ts'

const port: HostPort = { postMessage() {}, addEventListener() {} }

/** Guests whose service tells what is done to it. */
function guests() {
  const told: string[] = []
  const lefts: (() => void)[] = []
  const serve: Serve = (_port, { client, left }) => {
    lefts.push(left)
    return {
      tellRoster: (clients) => told.push(`${client} is told of ${clients.join(', ')}`),
      mute: () => told.push(`${client} is told nothing more`),
      leave() {
        told.push(`${client} is ended`)
        left()
      },
    }
  }
  const roster = new Roster({ own: 'owner', returning: null })
  return { told, lefts, guests: new Guests(), serving: { roster, serve, load: () => [] } }
}

test('each guest has a place in the roster until it has gone', async () => {
  const { told, lefts, guests: all, serving } = guests()
  let goneCount = 0
  all.seat({ client: 'a' }, port, { ...serving, left: () => goneCount++ })
  all.seat({ client: 'b' }, port, serving)
  await turn()
  expect(told).toEqual(['a is told of a, b', 'b is told of a, b'])
  lefts[0]?.()
  expect(serving.roster.clients).toEqual(['b'])
  expect(goneCount).toBe(1)
})

test('a guest that comes a second time ends its first visit', () => {
  const { told, guests: all, serving } = guests()
  all.seat({ client: 'a' }, port, serving)
  all.seat({ client: 'a' }, port, serving)
  expect(told).toEqual(['a is ended'])
  expect(serving.roster.clients).toEqual(['a'])
})

test('who is there is told in the order in which they came, as far as they say who they are', () => {
  const { lefts, guests: all, serving } = guests()
  all.seat({ client: 'a', pid: 7, thread: 2 }, port, serving)
  all.seat({ client: 'b' }, port, serving)
  const since = expect.any(String) as string
  const b = { id: 'b', pid: null, thread: null, since }
  expect(all.present).toEqual([{ id: 'a', pid: 7, thread: 2, since }, b])
  lefts[0]?.()
  expect(all.present).toEqual([b])
})

test('a guest is told to others, and its owner to it, as the status has them', () => {
  const { guests: all, serving } = guests()
  const ends: unknown[] = []
  const serve: Serve = (itsPort, its) => {
    ends.push(its.ends)
    return serving.serve(itsPort, its)
  }
  const owner = { pid: 6, thread: 0 }
  all.seat({ client: 'a', pid: 7, thread: 2 }, port, { ...serving, serve, owner })
  all.seat({ client: 'b' }, port, { ...serving, serve })
  const unknown = { pid: null, thread: null }
  expect(ends).toEqual([
    {
      client: { holder: 'client', id: 'a', pid: 7, thread: 2 },
      server: { holder: 'owner', id: null, ...owner },
    },
    {
      client: { holder: 'client', id: 'b', ...unknown },
      server: { holder: 'owner', id: null, ...unknown },
    },
  ])
})

test('none is ended before all are mute', () => {
  const { told, guests: all, serving } = guests()
  all.seat({ client: 'a' }, port, serving)
  all.seat({ client: 'b' }, port, serving)
  all.dismissAll()
  expect(told).toEqual([
    'a is told nothing more',
    'b is told nothing more',
    'a is ended',
    'b is ended',
  ])
  expect(serving.roster.clients).toEqual([])
})

test('one that has gone is not dismissed', () => {
  const { told, lefts, guests: all, serving } = guests()
  all.seat({ client: 'a' }, port, serving)
  lefts[0]?.()
  all.dismissAll()
  expect(told).toEqual([])
})

test('one that is ended as its service begins is a guest no more', () => {
  const { told, guests: all, serving } = guests()
  let goneCount = 0
  all.seat({ client: 'a' }, port, {
    ...serving,
    serve(itsPort, its) {
      its.left()
      return serving.serve(itsPort, its)
    },
    left: () => goneCount++,
  })
  all.dismissAll()
  expect([told, goneCount]).toEqual([[], 1])
  expect(serving.roster.clients).toEqual([])
})
