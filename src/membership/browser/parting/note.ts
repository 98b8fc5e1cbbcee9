/** A transaction as text, for local storage. A note is input: other programs of the origin can write there. */
import { readCall, writeCall } from '../../../port/codec.ts'
import { integerOf, Malformed, membersOf, stringOf } from '../../../port/malformed.ts'
import type { Call } from '../../../port/messages.ts'
import { ParcelReader, ParcelWriter } from '../../../port/parcel.ts'
import { append } from '../../../base/own-property.ts'
import type { CommitMark } from '../../../protocol/protocol.ts'
import type { Parting } from '../../session/services.ts'

/** What a note says. */
export interface Note {
  /** Of the database. */
  readonly name: string
  readonly version: number
  readonly begin: Extract<Call, { readonly type: 'createTransaction' }>
  readonly others: readonly Call[]
  readonly mark: CommitMark
}

/** The note of that transaction. */
export function noteOf({ name, version, operations, mark, ...scope }: Parting): string {
  const writer = new ParcelWriter()
  const begin = { ...scope, mode: 'readwrite', resumes: false } as const
  writeCall({ type: 'createTransaction', id: 2, connection: 1, ...begin }, writer)
  for (const operation of operations) writeCall({ type: 'execute', id: 2, operation }, writer)
  writeCall({ type: 'commit', id: 2, failuresSeen: 0, mark }, writer)
  const { contents, numberCount, objects } = writer.take().parcel
  const note = { name, version, contents: new Uint8Array(contents), numberCount, objects }
  return JSON.stringify(note, (_, value: unknown) =>
    value instanceof Uint8Array ? { base64: base64Of(value) } : value,
  )
}

/** What the text says; null: it is no note. */
export function readNote(text: string): Note | null {
  try {
    const members = membersOf(JSON.parse(text, reviveBytes))
    const [begin, ...others] = callsOf(members)
    const mark = others.find(isCommit)?.mark
    if (begin?.type !== 'createTransaction' || !mark) return null
    const version = integerOf(members['version'], 1)
    return { name: stringOf(members['name']), version, begin, others, mark }
  } catch {
    // Whatever is wrong with it, it is not ours.
    return null
  }
}

function isCommit(call: Call): call is Extract<Call, { readonly type: 'commit' | 'offerCommit' }> {
  return call.type === 'commit'
}

function callsOf({ contents, numberCount, objects }: ReturnType<typeof membersOf>): Call[] {
  if (!(contents instanceof Uint8Array)) throw new Malformed('has no calls')
  const parcel = new ParcelReader({ contents: contents.buffer, numberCount, objects })
  const calls: Call[] = []
  while (!parcel.isAtEnd) append(calls, readCall(parcel))
  return calls
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
