/** Transactions noted in local storage: see `farewell.ts`. A note is input: other programs of the origin can write there. */
import { append } from '../../base/own-property.ts'
import { readCall } from '../../port/codec.ts'
import { listOf, membersOf, integerOf, stringOf } from '../../port/malformed.ts'
import { type Parcel, ParcelReader } from '../../port/parcel.ts'
import type { Call } from '../../port/messages.ts'
import type { CommitMark, CommitOutcome, Host, HostConnection } from '../../protocol/protocol.ts'

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

/** Where a noted transaction belongs, and whose mark its commit has. */
interface NotedPlace {
  readonly name: string
  readonly version: number
  readonly client: string
}

/** The text of a note: the calls of one transaction in that database. */
export function noteOf(place: NotedPlace, parcel: Parcel): string {
  const { contents, numberCount, objects } = parcel
  const bytes = new Uint8Array(contents)
  return JSON.stringify({ ...place, contents: bytes, numberCount, objects }, (_, value: unknown) =>
    value instanceof Uint8Array ? { base64: base64Of(value) } : value,
  )
}

/**
 * Executes what was noted, one after another, unless the page's worker has committed it, or a former owner has executed it, before
 * it ended: then the file has its mark. What cannot be executed any more, its database being changed or gone, is dropped.
 * What it gives is to be called once the notes are removed: until then their marks are needed, since this owner may end, too.
 */
export async function executeNotes(host: Host, notes: readonly string[]): Promise<() => void> {
  const forgetting: (() => void)[] = []
  for (const note of notes) {
    const forget = await executeNote(host, note).catch(() => null)
    if (forget) append(forgetting, forget)
  }
  return () => forgetting.forEach((forget) => forget())
}

/** Gives what forgets its mark; null: there is none. @throws Malformed, or SyntaxError, for what is no note */
async function executeNote(host: Host, text: string): Promise<(() => void) | null> {
  const members = membersOf(JSON.parse(text, reviveBytes))
  const name = stringOf(members['name'])
  const connection = await connect(host, name, integerOf(members['version'], 1))
  if (!connection) return null
  try {
    const calls = callsOf(members)
    const mark = calls.find(isCommit)?.mark
    // Unknown: the file was salvaged, or has had the marks of thousands of pages since.
    if (!mark || (await outcomeOf(host, name, mark)) === 'absent') await execute(connection, calls)
    const client = stringOf(members['client'])
    return () => {
      host.forgetMarks(client)
      // A database forgets while it is open.
      connection.close()
    }
  } catch (error) {
    connection.close()
    throw error
  }
}

function callsOf({ contents, numberCount, objects }: ReturnType<typeof membersOf>): Call[] {
  const bytes = contents as Uint8Array<ArrayBuffer> // ParcelReader looks at its buffer.
  const parcel = new ParcelReader({ contents: bytes.buffer, numberCount, objects })
  const calls: Call[] = []
  while (!parcel.isAtEnd) calls.push(readCall(parcel))
  return calls
}

function isCommit(call: Call): call is Extract<Call, { readonly type: 'commit' | 'offerCommit' }> {
  return call.type === 'commit' || call.type === 'offerCommit'
}

/** A file that cannot be read has nothing of it. */
function outcomeOf(host: Host, name: string, mark: CommitMark): Promise<CommitOutcome> {
  return new Promise((resolve) =>
    host.outcomeOf(name, mark, { done: resolve, failed: () => resolve('absent') }),
  )
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
          versionChange(_from, _to, told) {
            connection.close()
            told()
          },
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
      if (isCommit(call)) transaction.commit(call.failuresSeen, call.mark)
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
