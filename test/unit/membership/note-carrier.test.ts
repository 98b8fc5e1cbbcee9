/** A page that carries notes to the owner, which a test plays on the directory's channel. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  meet,
  type Meeting,
  meetingPointOf,
  type Word,
} from '../../../src/membership/browser/meeting-point.ts'
import type { NoteBox, NoteListener } from '../../../src/membership/browser/parting/note-box.ts'
import { NoteCarrier } from '../../../src/membership/browser/parting/note-carrier.ts'
import { eventually } from '../../kit/eventually.ts'

const point = meetingPointOf(`/notes of ${process.pid}`)
let heard: Word[]
let owner: Meeting
let box: Box
let carrier: NoteCarrier

beforeEach(() => {
  heard = []
  owner = meet(point.channel, (word) => heard.push(word))
  box = new Box()
  carrier = new NoteCarrier(point, box)
})

afterEach(() => {
  carrier.close()
  owner.close()
})

test('says what is in the box as it begins, and to each owner that begins', async () => {
  const note = { type: 'note', key: 'a', note: 'text' }
  await eventually(() => expect(heard).toEqual([note]))
  owner.say({ type: 'here' })
  await eventually(() => expect(heard).toEqual([note, note]))
})

test('says what other pages note and take back', async () => {
  box.listener?.added({ key: 'b', note: 'more' })
  box.listener?.removed('b')
  await eventually(() => expect(heard).toHaveLength(3))
  expect(heard.slice(1)).toEqual([
    { type: 'note', key: 'b', note: 'more' },
    { type: 'noteGone', key: 'b' },
  ])
})

test('removes the note that the owner says is over', async () => {
  owner.say({ type: 'noteOver', key: 'a' })
  await eventually(() => expect(box.notes.size).toBe(0))
})

test('one that is closed listens to no page any more', () => {
  expect(box.signal?.aborted).toBe(false)
  carrier.close()
  expect(box.signal?.aborted).toBe(true)
})

class Box implements NoteBox {
  readonly notes = new Map([['a', 'text']])
  listener: NoteListener | null = null
  signal: AbortSignal | null = null

  add(): null {
    return null
  }

  remove(key: string): void {
    this.notes.delete(key)
  }

  all() {
    return [...this.notes].map(([key, note]) => ({ key, note }))
  }

  listen(signal: AbortSignal, listener: NoteListener): void {
    this.signal = signal
    this.listener = listener
  }
}
