/** What a page does for its directory as it is left, on listeners that the test calls. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Absence } from '../../../src/membership/browser/parting/absence.ts'
import type { NoteBox } from '../../../src/membership/browser/parting/note-box.ts'
import { PageFarewell } from '../../../src/membership/browser/parting/page-farewell.ts'
import type { Parting } from '../../../src/membership/session/services.ts'

const parting: Parting = {
  name: 'db',
  version: 1,
  storeIds: [1],
  durability: 'relaxed',
  operations: [],
  mark: { client: 'page', slot: 0, number: 1 },
}
let page: EventTarget
let pageDocument: EventTarget & { hidden?: boolean }

beforeEach(() => {
  page = new EventTarget()
  pageDocument = new EventTarget()
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('document', pageDocument)
})

afterEach(() => vi.unstubAllGlobals())

test('a page that goes to the cache is away until it is shown again', async () => {
  const absence = new Absence()
  const leaving = vi.fn<() => void>()
  absence.watch(leaving)
  fire('pagehide', { persisted: false })
  expect(leaving).not.toHaveBeenCalled()
  fire('pagehide', { persisted: true })
  expect(leaving).toHaveBeenCalledOnce()
  const back = vi.fn<() => void>()
  const over = absence.over(() => true).then(back)
  await Promise.resolve()
  expect(back).not.toHaveBeenCalled()
  fire('pageshow', { persisted: true })
  await over
  expect(absence.isAway).toBe(false)
})

test('what is committed as the page goes is noted, and taken back when it is over', () => {
  const box = new Box()
  const farewell = new PageFarewell(box)
  farewell.watch()
  const leaving = vi.fn<() => void>()
  farewell.listen(leaving)
  expect(farewell.isLeaving).toBe(false)
  fire('pagehide', { persisted: true })
  expect(farewell.isLeaving).toBe(true)
  expect(leaving).toHaveBeenCalledOnce()
  const over = farewell.keep(parting)
  expect(box.notes.size).toBe(1)
  // That the owner has gone is no reason.
  over?.(false)
  expect(box.notes.size).toBe(1)
  fire('pageshow', { persisted: true })
  expect(farewell.isLeaving).toBe(false)
  over?.(true)
  expect(box.notes.size).toBe(0)
})

test('a page that was hidden notes for a moment, and one that is shown again no more', () => {
  const farewell = new PageFarewell(new Box())
  farewell.watch()
  pageDocument.hidden = true
  pageDocument.dispatchEvent(new Event('visibilitychange'))
  expect(farewell.isLeaving).toBe(true)
  pageDocument.hidden = false
  pageDocument.dispatchEvent(new Event('visibilitychange'))
  expect(farewell.isLeaving).toBe(false)
})

test('a page that was let go of is not watched, and watched anew it is there', () => {
  const absence = new Absence()
  const farewell = new PageFarewell(new Box())
  const leaving = vi.fn<() => void>()
  const watch = (): void => {
    absence.watch(leaving)
    farewell.watch()
  }
  watch()
  watch()
  fire('pagehide', { persisted: true })
  expect(leaving).toHaveBeenCalledOnce()
  absence.stopWatching()
  farewell.stopWatching()
  fire('pageshow', { persisted: true })
  fire('pagehide', { persisted: true })
  expect(leaving).toHaveBeenCalledOnce()
  watch()
  expect([absence.isAway, farewell.isLeaving]).toEqual([false, false])
  fire('pagehide', { persisted: true })
  expect(leaving).toHaveBeenCalledTimes(2)
  expect(farewell.isLeaving).toBe(true)
})

test('a note that does not fit is not there', () => {
  const box = new Box()
  box.isFull = true
  expect(new PageFarewell(box).keep(parting)).toBe(null)
})

function fire(type: string, init: { persisted: boolean }): void {
  page.dispatchEvent(Object.assign(new Event(type), init))
}

class Box implements NoteBox {
  readonly notes = new Map<string, string>()
  isFull = false

  add(note: string): string | null {
    if (this.isFull) return null
    const key = String(this.notes.size)
    this.notes.set(key, note)
    return key
  }

  remove(key: string): void {
    this.notes.delete(key)
  }

  all(): [] {
    return []
  }

  listen(): void {}
}
