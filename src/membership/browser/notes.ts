/** Transactions noted in local storage: see `farewell.ts`. A note is input: other programs of the origin can write there. */
import { readCall } from '../../port/codec.ts'
import { listOf, membersOf, integerOf, stringOf } from '../../port/malformed.ts'
import { type Parcel, ParcelReader } from '../../port/parcel.ts'
import type { Call } from '../../port/messages.ts'
import type { Host, HostConnection } from '../../protocol/protocol.ts'

/** The notes about one directory. */
export interface NoteBox {
  /** Gives the note's key; null where it does not fit. */
  add(note: string): string | null
  remove(key: string): void
  all(): { readonly key: string; readonly note: string }[]
}

/** The notes of the directory at `path` in the origin's local storage; null where there is none. */
export function noteBoxAt(path: string): NoteBox | null {
  const storage = localStorageOf()
  const prefix = `idb-everywhere note:${path}:`
  return (
    storage && {
      add(note) {
        const key = `${prefix}${performance.timeOrigin + performance.now()}:${crypto.randomUUID()}`
        try {
          storage.setItem(key, note)
          return key
        } catch {
          // There is no room for it: it is sent, and may be worked off in time.
          return null
        }
      },
      remove: (key) => storage.removeItem(key),
      all: () =>
        Object.keys(storage)
          .filter((key) => key.startsWith(prefix))
          .sort()
          .map((key) => ({ key, note: storage.getItem(key) ?? '' })),
    }
  )
}

function localStorageOf(): Storage | null {
  try {
    return globalThis.localStorage ?? null
  } catch {
    // The browser blocks it.
    return null
  }
}

/** The text of a note: the calls of one transaction in that database. */
export function noteOf(place: { readonly name: string; readonly version: number }, parcel: Parcel) {
  const { contents, numberCount, objects } = parcel
  const bytes = new Uint8Array(contents)
  return JSON.stringify({ ...place, contents: bytes, numberCount, objects }, (_, value: unknown) =>
    value instanceof Uint8Array ? { base64: base64Of(value) } : value,
  )
}

/** Executes what was noted, one after another. What cannot be executed any more, its database being changed or gone, is dropped. */
export async function executeNotes(host: Host, notes: readonly string[]): Promise<void> {
  for (const note of notes) await executeNote(host, note).catch(() => {})
}

/** @throws Malformed, or SyntaxError, for what is no note */
async function executeNote(host: Host, text: string): Promise<void> {
  const { name, version, contents, numberCount, objects } = membersOf(JSON.parse(text, reviveBytes))
  const bytes = contents as Uint8Array<ArrayBuffer> // ParcelReader looks at its buffer.
  const parcel = new ParcelReader({ contents: bytes.buffer, numberCount, objects })
  const calls: Call[] = []
  while (!parcel.isAtEnd) calls.push(readCall(parcel))
  const connection = await connect(host, stringOf(name), integerOf(version, 1))
  if (!connection) return
  try {
    await execute(connection, calls)
  } finally {
    connection.close()
  }
}

/** null: the database is not there at that version. */
function connect(host: Host, name: string, version: number): Promise<HostConnection | null> {
  return new Promise((resolve) => {
    const nothing = (): void => resolve(null)
    host.open(name, version, {
      blocked: () => {},
      upgradeNeeded(connection, transaction) {
        connection.listen({
          versionChange: (_from, _to, told) => told(),
          closing() {},
          closed() {},
        })
        transaction.listen({
          wentAhead() {},
          caughtUp() {},
          declined() {},
          committed() {},
          aborted() {},
        })
        transaction.abort()
      },
      opened(connection) {
        connection.listen({
          versionChange: (_from, _to, told) => told(),
          closing() {},
          closed() {},
        })
        resolve(connection)
      },
      failed: nothing,
    })
  })
}

/** Resolves when the transaction has ended, however it has. */
function execute(connection: HostConnection, calls: readonly Call[]): Promise<void> {
  const [first, ...others] = calls
  if (first?.type !== 'createTransaction') return Promise.resolve()
  const ids = listOf(first.storeIds, (id) => integerOf(id, 1))
  return new Promise((resolve) => {
    const transaction = connection.createTransaction(ids, first.mode, first.durability, {
      wentAhead() {},
      caughtUp() {},
      declined() {},
      committed: resolve,
      aborted: () => resolve(),
    })
    const receiver = { record() {}, done() {}, failed() {} }
    for (const call of others) {
      if (call.type === 'execute') transaction.execute(call.operation, receiver)
      if (call.type === 'commit' || call.type === 'offerCommit')
        transaction.commit(call.failuresSeen)
    }
  })
}

function base64Of(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

function reviveBytes(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('base64' in value)) return value
  return Uint8Array.from(atob(String(value.base64)), (character) => character.charCodeAt(0))
}
