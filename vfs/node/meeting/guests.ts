import fs from 'node:fs'
import { join } from 'node:path'
import { socketName } from '../claim-file.ts'
import type { Survivors } from '../../../src/files/vfs.ts'
import { timeOfDay } from '../../clock.ts'
import { type Entrance, type Offer, openEntrance } from './entrance.ts'
import { removeMark, writeMark } from './mark-file.ts'

/** Tells the successor of an owner that dies whether there were guests: they may come back with what they had under way. */
interface GuestMark {
  /** One has come. Never throws. */
  note(): void
  /** Never throws. */
  release(): void
}

/** The mark of the owner whose claim has that id. It is a file, which there is from the first guest on. */
function guestMark(directory: string, id: string): GuestMark {
  const file = join(directory, markName(id))
  let state: 'none' | 'made' | 'released' = 'none'
  return {
    note() {
      if (state !== 'none') return
      state = 'made'
      try {
        writeMark(file)
      } catch {
        // The disk is full, or it is there already: without it a successor waits for no one.
      }
    },
    release() {
      if (state === 'made') removeMark(file)
      state = 'released'
    },
  }
}

/** The way in to the owner whose claim has that id; its first guest leaves a mark. */
export async function markedEntrance(
  directory: string,
  id: string,
  offer: Offer,
): Promise<Entrance> {
  const mark = guestMark(directory, id)
  const entrance = await openEntrance(directory, socketName(id), {
    ...offer,
    connected(stream) {
      mark.note()
      offer.connected(stream)
    },
  })
  return {
    ...entrance,
    release() {
      entrance.release()
      mark.release()
    },
  }
}

/** Tells the next owner who comes to it from one that is about to leave. Never throws. */
export function announceGuests(directory: string, guests: readonly string[]): void {
  const file = join(directory, announcement)
  try {
    fs.rmSync(file, { force: true })
    writeMark(file, JSON.stringify(guests))
  } catch {
    // The disk is full: a successor that was not there waits for no one.
  }
}

/** Who may come to the owner that enters, from the one whose claim had that id, or from one that left; for that owner alone. */
export function takeSurvivors(directory: string, former: string | null): Survivors {
  const announced = takeAnnounced(directory)
  if (former === null || !fs.existsSync(join(directory, markName(former)))) return announced
  removeMark(join(directory, markName(former)))
  return 'unknown'
}

/** Whether `takeSurvivors` would tell of any, most likely. */
export function mayHaveSurvivors(directory: string, former: string | null): boolean {
  if (former !== null) return fs.existsSync(join(directory, markName(former)))
  const left = fs.statSync(join(directory, announcement), { throwIfNoEntry: false })
  return left !== undefined && isRecent(left)
}

/** Those who were to come have come by then, or have gone as well. */
const announcedForMs = 10_000

function takeAnnounced(directory: string): readonly string[] | null {
  const file = join(directory, announcement)
  try {
    const isOfNow = isRecent(fs.statSync(file))
    const guests = JSON.parse(fs.readFileSync(file, 'utf8')) as unknown
    fs.rmSync(file, { force: true })
    return isOfNow && isListOfIds(guests) ? guests : null
  } catch {
    // There is none, most often.
    return null
  }
}

function isRecent({ mtimeMs }: fs.Stats): boolean {
  return Math.abs(timeOfDay() - mtimeMs) < announcedForMs
}

function isListOfIds(found: unknown): found is readonly string[] {
  return Array.isArray(found) && found.every((id) => typeof id === 'string' && id.length === 16)
}

function markName(id: string): string {
  return `owner.${id}.met`
}

/** What an owner that leaves says; no claim has that id. */
const announcement = markName('left')
