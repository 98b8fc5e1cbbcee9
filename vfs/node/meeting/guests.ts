import fs from 'node:fs'
import { join } from 'node:path'
import { socketName } from '../claim-file.ts'
import { type Entrance, type Offer, openEntrance } from './entrance.ts'

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
        fs.writeFileSync(file, '', { flag: 'wx', mode: 0o600 })
      } catch {
        // The disk is full, or it is there already: without it a successor waits for nobody.
      }
    },
    release() {
      if (state === 'made') forgetGuests(directory, id)
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

/** Whether the owner whose claim had that id has had guests. */
export function hadGuests(directory: string, id: string): boolean {
  return fs.existsSync(join(directory, markName(id)))
}

/** Never throws. */
export function forgetGuests(directory: string, id: string): void {
  try {
    fs.rmSync(join(directory, markName(id)), { force: true })
  } catch {
    // Claims' ids never come back, so it misleads nobody; a later owner removes it.
  }
}

function markName(id: string): string {
  return `owner.${id}.met`
}
