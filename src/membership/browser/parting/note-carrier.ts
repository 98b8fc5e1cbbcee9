/**
 * Carries notes from local storage, which pages alone can read, to the owner of the directory, over the directory's channel. Every page that
 * uses the directory does so; the owner takes each note once.
 */
import { meet, type Meeting, type MeetingPoint, type Word } from '../meeting-point.ts'
import type { NoteBox } from './note-box.ts'

/** Carries from its making on, until it is closed. */
export class NoteCarrier {
  readonly #box: NoteBox
  readonly #meeting: Meeting
  readonly #closing = new AbortController()

  constructor({ channel }: MeetingPoint, box: NoteBox) {
    this.#box = box
    this.#meeting = meet(channel, (word) => this.#heard(word))
    box.listen(this.#closing.signal, {
      added: (kept) => this.#meeting.say({ type: 'note', ...kept }),
      removed: (key) => this.#meeting.say({ type: 'noteGone', key }),
    })
    this.#sayAll()
  }

  close(): void {
    this.#closing.abort()
    this.#meeting.close()
  }

  #sayAll(): void {
    for (const kept of this.#box.all()) this.#meeting.say({ type: 'note', ...kept })
  }

  #heard(word: Word): void {
    if (word.type === 'here') this.#sayAll()
    if (word.type === 'noteOver') this.#box.remove(word.key)
  }
}
