/** Arguments of commands that are keys, ranges, values and numbers. What is none is wrong use, and the message says what is wanted. */
import { text as textOf } from 'node:stream/consumers'
import { type Command, InvalidArgumentError } from 'commander'
import { IDBKeyRange } from 'idb-everywhere'
import {
  type Json,
  keyRangeOf,
  parseWholeValue,
  type RangeBounds,
  readKey,
  readRange,
} from 'idb-everywhere/snapshot'
import { WrongUse } from '../terminal/failures.ts'

/** A key as a person writes it. */
export const keyArgument = (text: string): IDBValidKey => readAs(text, readKey)

/** A range, or a key, which is a range of one. */
export function rangeArgument(text: string): RangeBounds {
  return readAs(text, () => {
    const bounds = readRange(text)
    // It throws where the lower bound is above the upper one.
    keyRangeOf(bounds, IDBKeyRange)
    return bounds
  })
}

/** All keys. */
export const allKeys: RangeBounds = {
  lower: undefined,
  upper: undefined,
  lowerOpen: false,
  upperOpen: false,
}

/** The JSON of a value as it was given. */
export interface GivenValue {
  /** undefined: it comes by the standard input. */
  readonly json: Json | undefined
}

/** A value in the JSON of an export; `-`: what comes by the standard input. */
export function valueArgument(text: string): GivenValue {
  return { json: text === '-' ? undefined : readAs(text, parseJson) }
}

/** The value, once all of it has come. @throws WrongUse where it is none */
export async function valueOf({ json }: GivenValue): Promise<unknown> {
  const input = json === undefined ? await textOf(process.stdin) : ''
  try {
    return await parseWholeValue(json ?? parseJson(input))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const reason = message.replace(/^The JSON renders no value: /, '')
    throw new WrongUse(
      `The value cannot be read: ${reason}; "get" prints values as "put" takes them`,
    )
  }
}

const parseJson = (text: string): Json => JSON.parse(text) as Json

/** A number from 1 on. */
export function countArgument(text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new InvalidArgumentError('It has to be a whole number from 1 on.')
}

/** A number of seconds. */
export function secondsArgument(text: string): number {
  const seconds = Number(text)
  if (text.trim() !== '' && seconds >= 0 && seconds <= 1_000_000) return seconds
  throw new InvalidArgumentError('It has to be a number of seconds.')
}

function readAs<Value>(text: string, read: (text: string) => Value): Value {
  try {
    return read(text)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

/** Adds `--write`, without which a command changes nothing: it could be the wrong directory. */
export function withWrite(command: Command): Command {
  return command
    .option('--write', 'change the database; without it nothing is done', false)
    .hook('preAction', (_, action) => {
      const { write } = action.opts<{ write: boolean }>()
      if (write) return
      throw new WrongUse(`"${action.name()}" changes the database; add --write to have it done`)
    })
}
