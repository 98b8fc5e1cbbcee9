/** Notes in a local storage of memory. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type NoteBox, noteBoxAt } from '../../../src/membership/browser/parting/note-box.ts'

/** As in browsers: its entries are its members. */
class Storage {
  isFull = false

  setItem(key: string, value: string): void {
    if (this.isFull) throw new DOMException('is full', 'QuotaExceededError')
    Object.assign(this, { [key]: value })
  }

  getItem(key: string): string | null {
    return (Reflect.get(this, key) as string | undefined) ?? null // As it was set.
  }

  removeItem(key: string): void {
    Reflect.deleteProperty(this, key)
  }
}

let storage: Storage
let page: EventTarget

beforeEach(() => {
  storage = new Storage()
  page = new EventTarget()
  vi.stubGlobal('localStorage', storage)
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('notes come in the order in which they were written, while the clock stands still or gains digits', () => {
  const box = boxAt('/d')
  const times = [5.1, 5.1, 5.1, 5.25, 6, 6.1, 10, 10]
  const clock = vi.spyOn(performance, 'now')
  for (const [at, time] of times.entries()) {
    clock.mockReturnValue(time)
    box.add(String(at))
  }
  expect(box.all().map(({ note }) => note)).toEqual(times.map((_, at) => String(at)))
})

test('the notes of another directory, and what else the origin stores, are not its own', () => {
  const [box, other] = [boxAt('/d'), boxAt('/e')]
  storage.setItem('theme', 'dark')
  other.add('theirs')
  const key = box.add('ours')
  expect(box.all()).toEqual([{ key, note: 'ours' }])
})

test('removes nothing but its own notes, whatever it is told', () => {
  const [box, other] = [boxAt('/d'), boxAt('/e')]
  storage.setItem('theme', 'dark')
  const theirs = other.add('theirs') ?? ''
  box.remove('theme')
  box.remove(theirs)
  expect([storage.getItem('theme'), storage.getItem(theirs)]).toEqual(['dark', 'theirs'])
})

test('a note that does not fit has no key', () => {
  storage.isFull = true
  expect(boxAt('/d').add('note')).toBe(null)
})

test('tells what other pages add and remove until it is to end', () => {
  const box = boxAt('/d')
  const key = box.add('note') ?? ''
  const heard: string[] = []
  const listening = new AbortController()
  box.listen(listening.signal, {
    added: ({ note }) => heard.push(`added ${note}`),
    removed: (removed) => heard.push(`removed ${removed === key}`),
  })
  fire(key, 'note')
  fire('theme', 'dark')
  fire(key, null)
  listening.abort()
  fire(key, 'note')
  expect(heard).toEqual(['added note', 'removed true'])
})

function boxAt(path: string): NoteBox {
  const box = noteBoxAt(path)
  if (!box) throw new Error('unreachable: there is a local storage')
  return box
}

function fire(key: string, newValue: string | null): void {
  page.dispatchEvent(Object.assign(new Event('storage'), { storageArea: storage, key, newValue }))
}
