/** Has sessions end with a process, or a thread, that comes to its end without a word. */

interface Leaving {
  /** Called when nothing is under way any more. */
  leave(): void
}

/** All of this thread's: they have one listener together, as Node warns of more than ten. */
const all = new Set<Leaving>()

/** Has `leave()` called each time the thread has nothing left to do, until `noLongerAtEnd()` is called. */
export function atEnd(leaving: Leaving): void {
  if (all.size === 0) process.on('beforeExit', leaveAll)
  all.add(leaving)
}

export function noLongerAtEnd(leaving: Leaving): void {
  if (all.delete(leaving) && all.size === 0) process.off('beforeExit', leaveAll)
}

function leaveAll(): void {
  for (const leaving of all) leaving.leave()
}
