/**
 * How the threads of an origin share a directory of the origin private file system: pages, frames and workers of any tab.
 *
 * **Who owns it.** The one that has the *ownership* lock, a Web Lock, which the browser frees when its thread ends. Only a
 * dedicated worker can open the files, so it asks for the lock itself: files and lock go together. A page starts such a worker
 * when it has the *candidacy* lock: it is then first in line, its worker loads the engine and waits for the ownership. So
 * there is at most one worker that waits, and a new owner need not load the engine first. All others that use the directory
 * wait for the candidacy: a browser does not freeze a tab that has what others wait for. Nothing else decides who owns:
 * what is decided by messages or by timers elects two as soon as a thread is slow.
 *
 * **How it is found.** One *knocks* on the directory's broadcast channel, with an id of its own choosing, and the owner answers
 * `welcome`. An owner that has just begun says `here`, and those who have had no answer knock again: so neither need be first. A
 * broadcast channel cannot carry ports; so a page leaves one end of a message channel with the *broker* before it knocks, a shared
 * worker that does nothing but keep ports until they are asked for by their ids, and the owner fetches it there. Where one of both
 * has no shared worker (workers cannot start one; Chromium on Android and strict policies neither) they talk over a broadcast
 * channel of their own, which takes up to three times as long. The broker's script is a `data:` address: the same for all that an
 * origin has bundled, so that they all meet in one. It lives as long as a page that uses it, and knows nothing of directories.
 *
 * **Who is alive.** Browsers do not say when the other end of a port has died. So each end has a lock of its own for each time that
 * they meet, and each waits for the other's: it is free when that thread has ended, or has left.
 *
 * **Who comes back.** A client has the *guest* lock, which all clients can have at the same time, for a while longer than it has its
 * owner. Where a thread becomes the owner that was not at the former one and finds the lock held, it waits for those who are on their
 * way with what they had under way there.
 *
 * **Who does not share.** An owner that shares, and each one in line, has the *sharing* lock, which all of them can have at the same
 * time. So where the ownership is held by a thread without it (another release of the package, or `ifLocked: 'throw'`), the others
 * can say so instead of waiting.
 *
 * | Web Lock                        | held by                                  | waited for by                            |
 * | ------------------------------- | ---------------------------------------- | ---------------------------------------- |
 * | `idb-everywhere:PATH`           | the owner's worker                       | the worker of the first in line          |
 * | `idb-everywhere candidate:PATH` | the first in line, also before it owns   | all others that use the directory        |
 * | `idb-everywhere sharing:PATH`   | every worker that owns or waits, shared  | –                                        |
 * | `idb-everywhere guest:PATH`     | every client, shared, 1 s after its      | –                                        |
 * |                                 | owner's end, too                         |                                          |
 * | `idb-everywhere life ID`        | an owner while it serves                 | its clients                              |
 * |                                 | a client while it is served              | its owner                                |
 */

/** The names under which the threads of an origin meet about one directory. */
export interface MeetingPoint {
  /** Of the directory. */
  readonly path: string
  readonly ownership: string
  readonly candidacy: string
  readonly sharing: string
  readonly guest: string
  /** Of the broadcast channel. */
  readonly channel: string
}

/** `path`: of the directory, in its one normal form. */
export function meetingPointOf(path: string): MeetingPoint {
  return {
    path,
    ownership: `idb-everywhere:${path}`,
    candidacy: `idb-everywhere candidate:${path}`,
    sharing: `idb-everywhere sharing:${path}`,
    guest: `idb-everywhere guest:${path}`,
    channel: `idb-everywhere:${path}`,
  }
}

/** What is said on the directory's channel. It is input: pages of the origin may run any release of the package. */
export type Word =
  | Knock
  /** The owner has heard that knock, and is about to let it in. */
  | { readonly type: 'heard'; readonly id: string }
  | Welcome
  /** It cannot reach the broker. */
  | { readonly type: 'refused'; readonly id: string }
  /** There is an owner now. */
  | { readonly type: 'here' }
  /** To the owner: what a page has noted as it went, see `parting/`. */
  | { readonly type: 'note'; readonly key: string; readonly note: string }
  /** To the owner: the page has taken it back. */
  | { readonly type: 'noteGone'; readonly key: string }
  /** To all pages: the note of that key is to be removed. */
  | { readonly type: 'noteOver'; readonly key: string }

/** One looks for the owner. */
export interface Knock {
  readonly type: 'knock'
  readonly id: string
  /** Its port lies with the broker, or it listens on a channel of that id. */
  readonly via: Via
  /** The id of the lock that it has until it leaves. */
  readonly life: string
}

/** The owner serves that one. */
export interface Welcome {
  readonly type: 'welcome'
  readonly id: string
  /** The id of the lock that it has until it leaves. */
  readonly life: string
}

export type Via = 'broker' | 'channel'

/** The directory's channel. */
export interface Meeting {
  say(word: Word): void
  close(): void
}

/** Hears what others say there; what is none of these words is dropped. */
export function meet(channelName: string, hear: (word: Word) => void): Meeting {
  const channel = new BroadcastChannel(channelName)
  channel.addEventListener('message', ({ data }) => {
    const word = wordOf(data)
    if (word) hear(word)
  })
  return { say: (word) => channel.postMessage(word), close: () => channel.close() }
}

function wordOf(data: unknown): Word | null {
  if (typeof data !== 'object' || data === null) return null
  const { type, id, via, life, key, note } = data as { [member: string]: unknown }
  if (type === 'here') return { type }
  if (typeof key === 'string') {
    if (type === 'noteGone' || type === 'noteOver') return { type, key }
    return type === 'note' && typeof note === 'string' ? { type, key, note } : null
  }
  if (typeof id !== 'string') return null
  if (type === 'heard' || type === 'refused') return { type, id }
  if (typeof life !== 'string') return null
  if (type === 'welcome') return { type, id, life }
  return type === 'knock' && (via === 'broker' || via === 'channel')
    ? { type, id, via, life }
    : null
}
