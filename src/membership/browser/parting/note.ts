/** A transaction as text, for local storage. A note is input: other programs of the origin can write there. */
import { readCall, writeCall } from '../../../port/codec.ts'
import { demand, integerOf, membersOf, stringOf } from '../../../port/malformed.ts'
import type { Call } from '../../../port/messages.ts'
import { ParcelReader, ParcelWriter } from '../../../port/parcel.ts'
import { append } from '../../../base/own-property.ts'
import type { Operation } from '../../../protocol/protocol.ts'
import type { Parting } from '../../session/services.ts'

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
export function readNote(text: string): Parting | null {
  try {
    const members = membersOf(JSON.parse(text, reviveBytes))
    const version = integerOf(members['version'], 1)
    return { name: stringOf(members['name']), version, ...transactionOf(callsOf(members)) }
  } catch {
    // Whatever is wrong with it, it is not ours.
    return null
  }
}

/** One that begins, is asked for something, and is committed. @throws Malformed for anything else */
function transactionOf(calls: readonly Call[]): Omit<Parting, 'name' | 'version'> {
  const [begin, ...others] = calls
  const commit = others.pop()
  demand(begin?.type === 'createTransaction' && begin.mode === 'readwrite', 'begins nothing')
  demand(commit?.type === 'commit' && commit.mark !== undefined, 'commits nothing')
  const { storeIds, durability } = begin
  return { storeIds, durability, operations: others.map(operationIn), mark: commit.mark }
}

function operationIn(call: Call): Operation {
  demand(call.type === 'execute', 'has something else where an operation belongs')
  return call.operation
}

function callsOf({ contents, numberCount, objects }: ReturnType<typeof membersOf>): Call[] {
  demand(contents instanceof Uint8Array, 'has no calls')
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
