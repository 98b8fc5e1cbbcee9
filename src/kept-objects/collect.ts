/**
 * Collecting what is kept for records that are gone. An object is there before its record, and stays for a while after it;
 * a thread that is in between holds a lock, which dies with it, and meanwhile nothing is collected.
 */
import { isAnythingKept, type KeptKey, type KeptPlace, listKept, removeKept } from './kept-store.ts'

const lockName = ([directory, name]: KeptPlace): string =>
  `idb-everywhere: kept objects of ${directory} ${name}`

/** Keeps collectors away from a database until the function it gives is called. */
export function holdCollection(place: KeptPlace): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = (): Promise<void> => new Promise((release) => resolve(release))
    navigator.locks.request(lockName(place), { mode: 'shared' }, held).catch(reject)
  })
}

/**
 * Removes what a database's records do not have. `findGarbage` is asked once all that is kept is known; null: it cannot tell
 * now. False: nothing was done, as a thread is in between; try again later. (Waiting for the lock might never end: those who come
 * later would queue after it, while those who hold it may wait for their transactions.)
 */
export async function collectKept(
  place: KeptPlace,
  findGarbage: (kept: readonly KeptKey[]) => readonly KeptKey[] | null,
): Promise<boolean> {
  if (!(await isAnythingKept())) return true
  return navigator.locks.request(lockName(place), { ifAvailable: true }, async (lock) => {
    if (!lock) return false
    const garbage = findGarbage(await listKept(place))
    if (!garbage) return false
    if (garbage.length > 0) await removeKept(garbage)
    return true
  })
}

/** Removes all that is kept for a database that is deleted, to which no connection is open. */
export async function forgetKept(place: KeptPlace): Promise<void> {
  if (!(await isAnythingKept())) return
  const kept = await listKept(place)
  if (kept.length > 0) await removeKept(kept)
}
