/** Arguments of commands that are keys, ranges, values and numbers. What is none is wrong use, and the message says what is wanted. */
import { readFileSync } from 'node:fs'
import { type Command, InvalidArgumentError } from 'commander'
import { type Json, type RangeBounds, readKey, readRange } from 'idb-everywhere/snapshot'
import { WrongUse } from '../terminal/failures.ts'

/** A key as a person writes it. */
export const keyArgument = (text: string): IDBValidKey => readAs(text, readKey)

/** A range, or a key, which is a range of one. */
export const rangeArgument = (text: string): RangeBounds => readAs(text, readRange)

/** All keys. */
export const allKeys: RangeBounds = {
  lower: undefined,
  upper: undefined,
  lowerOpen: false,
  upperOpen: false,
}

/** A value in the JSON of an export; `-`: what comes by the standard input. */
export function valueArgument(text: string): Json {
  return readAs(text === '-' ? readFileSync(0, 'utf8') : text, (json) => JSON.parse(json) as Json)
}

/** A number from 1 on. */
export function countArgument(text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new InvalidArgumentError('It has to be a whole number from 1 on.')
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
