/** Notes in the origin's local storage, which is written before a task ends, whatever becomes of its page. */

/** The notes about one directory. */
export interface NoteBox {
  /** Gives the note's key; null where it does not fit. */
  add(note: string): string | null
  remove(key: string): void
  /** In the order in which they were written. */
  all(): KeptNote[]
  /** Tells what other pages do, until the signal is aborted. */
  listen(signal: AbortSignal, listener: NoteListener): void
}

/** Hears what other pages do. */
export interface NoteListener {
  added(note: KeptNote): void
  removed(key: string): void
}

/** A note, and its key. */
export interface KeptNote {
  readonly key: string
  readonly note: string
}

/** The notes of the directory at `path`; null where the thread has no local storage. */
export function noteBoxAt(path: string): NoteBox | null {
  const storage = localStorageOf()
  return storage && noteBoxIn(storage, path)
}

function noteBoxIn(storage: Storage, path: string): NoteBox {
  const prefix = `idb-everywhere note:${path}:`
  let count = 0
  return {
    add(note) {
      const key = `${prefix}${placeInOrder(++count)}:${crypto.randomUUID()}`
      try {
        storage.setItem(key, note)
        return key
      } catch {
        // There is no room for it: it is sent, and may be worked off in time.
        return null
      }
    },
    // Any page may say which key.
    remove: (key) => void (key.startsWith(prefix) && storage.removeItem(key)),
    all: () =>
      Object.keys(storage)
        .filter((key) => key.startsWith(prefix))
        .sort()
        .map((key) => ({ key, note: storage.getItem(key) ?? '' })),
    listen(signal, { added, removed }) {
      const changed = ({ storageArea, key, newValue }: StorageEvent): void => {
        if (storageArea !== storage || !key?.startsWith(prefix)) return
        if (newValue === null) removed(key)
        else added({ key, note: newValue })
      }
      addEventListener('storage', changed, { signal })
    },
  }
}

/** As text that sorts as the notes were written: clocks stand still for a millisecond or more. */
function placeInOrder(count: number): string {
  const nowMs = Math.floor(performance.timeOrigin + performance.now())
  return [nowMs, count].map((it) => String(it).padStart(15, '0')).join(':')
}

function localStorageOf(): Storage | null {
  try {
    return globalThis.localStorage ?? null
  } catch {
    // The browser blocks it.
    return null
  }
}
