/** A page that goes away and comes back while it uses a directory. */
import { beforeEach, expect, test, vi } from 'vitest'
import type { BrowserPeer } from '../../../src/membership/browser/browser-peer.ts'
import { meetingPointOf } from '../../../src/membership/browser/meeting-point.ts'
import type { Absence } from '../../../src/membership/browser/parting/absence.ts'
import type { NoteBox } from '../../../src/membership/browser/parting/note-box.ts'
import type { PageFarewell } from '../../../src/membership/browser/parting/page-farewell.ts'
import { PagePeer } from '../../../src/membership/browser/parting/page-peer.ts'
import type { Found, FoundOwn, FoundOwner, Looking } from '../../../src/membership/peer.ts'
import { eventually } from '../../kit/eventually.ts'

let isBusy: boolean
/** What its thread finds; it looks until it has. */
let found: Promise<Found>
let find: (found: Found) => void
let page: { leave(): void; return(): void }
let rest: ReturnType<typeof vi.fn<() => void>>
let looks: Looking[]
let peer: PagePeer

beforeEach(() => {
  isBusy = false
  found = new Promise((resolve) => (find = resolve))
  looks = []
  rest = vi.fn<() => void>()
  peer = new PagePeer({
    peer: fakePeer(),
    point: meetingPointOf('/d'),
    absence: fakeAbsence(),
    box: null,
    farewell: null,
  })
})

test('an owner whose page goes away frees the directory at once, and is it no more', async () => {
  const cutOff = vi.fn<() => void>()
  find({ type: 'own', gone: new Promise(() => {}), cutOff } as Partial<FoundOwn> as Found) // As far as it is asked.
  const own = await peer.look(looking())
  page.leave()
  await own.gone
  expect(cutOff).toHaveBeenCalledOnce()
  expect(rest).toHaveBeenCalledOnce()
})

test('a page that is at something stays the owner', async () => {
  const cutOff = vi.fn<() => void>()
  find({ type: 'own', gone: new Promise(() => {}), cutOff } as Partial<FoundOwn> as Found) // As above.
  await peer.look(looking())
  isBusy = true
  page.leave()
  expect(cutOff).not.toHaveBeenCalled()
  expect(rest).not.toHaveBeenCalled()
})

test('a client whose page goes away says goodbye: it brings nothing to another owner', async () => {
  const leave = vi.fn<FoundOwner['leave']>()
  find({
    type: 'other',
    gone: new Promise(() => {}),
    leave,
  } as Partial<FoundOwner> as Found) // As above.
  const other = await peer.look(looking())
  if (other.type !== 'other') throw new Error('unreachable: it was found')
  page.leave()
  await other.gone
  other.leave({ isGoodbye: false })
  expect(leave).toHaveBeenCalledWith(undefined)
})

test('a look that the page interrupts begins again when the page is back', async () => {
  const looked = peer.look(looking())
  await eventually(() => expect(looks).toHaveLength(1))
  page.leave()
  await settle()
  expect(looks).toHaveLength(1)
  const own = { type: 'own', gone: new Promise(() => {}) } as Partial<FoundOwn> as Found // As above.
  find(own)
  page.return()
  expect((await looked).type).toBe('own')
  expect(looks).toHaveLength(2)
})

test('a peer that is closed listens to the page and the channel no more, until it looks again', async () => {
  const box = { all: () => [], listen: vi.fn<(signal: AbortSignal) => void>() }
  const farewell = { watch: vi.fn<() => void>(), stopWatching: vi.fn<() => void>() }
  const absence = fakeAbsence()
  peer = new PagePeer({
    peer: fakePeer(),
    point: meetingPointOf('/d'),
    absence,
    box: box as Partial<NoteBox> as NoteBox, // The members that a peer uses, here and below.
    farewell: farewell as Partial<PageFarewell> as PageFarewell,
  })
  find({ type: 'own', gone: new Promise(() => {}) } as Partial<FoundOwn> as Found) // As above.
  await peer.look(looking())
  const [carrying] = box.listen.mock.lastCall ?? []
  expect(carrying?.aborted).toBe(false)
  peer.close()
  expect(carrying?.aborted).toBe(true)
  expect(farewell.stopWatching).toHaveBeenCalledOnce()
  expect(absence.stopWatching).toHaveBeenCalledOnce()
  await peer.look(looking())
  expect(farewell.watch).toHaveBeenCalledTimes(2)
  expect(box.listen.mock.lastCall?.[0].aborted).toBe(false)
  peer.close()
})

function looking(): Looking {
  return {
    client: 'client',
    returning: null,
    isBusy: () => isBusy,
    signal: new AbortController().signal,
  }
}

function fakePeer(): BrowserPeer {
  const look = (looking: Looking): Promise<Found> => {
    looks.push(looking)
    const { signal } = looking
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('aborted'))),
    )
    return Promise.race([found, aborted])
  }
  return { look, rest } as unknown as BrowserPeer // The members that a page uses.
}

function fakeAbsence(): Absence {
  let leaving = (): void => {}
  let back = Promise.resolve()
  let goBack = (): void => {}
  page = {
    leave() {
      back = new Promise((resolve) => (goBack = resolve))
      leaving()
    },
    return: () => goBack(),
  }
  const watch = (listener: () => void): void => void (leaving = listener)
  const stopWatching = vi.fn<() => void>()
  return { watch, stopWatching, over: () => back } as unknown as Absence // The members that a peer uses.
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
