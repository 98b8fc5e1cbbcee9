/**
 * The log of one thread. A line is out before the thread goes on, so that what a killed process leaves is the truth about what it
 * had begun and what it had been told.
 */
import { closeSync, openSync, writeSync } from 'node:fs'

/** What a thread does in one go. */
export type Kind =
  'transfer' | 'raise' | 'claim' | 'scan' | 'own' | 'model' | 'upgrade' | 'fill' | 'delete'

/** One line; `at` is in milliseconds since 1970, with fractions. */
export type Line = { readonly at: number } & (
  | { readonly t: 'start'; readonly pid: number; readonly threadId: number }
  | {
      readonly t: 'begun'
      readonly id: string
      readonly kind: Kind
      /** Where a record with the id is if, and only if, it was committed. */
      readonly journals: readonly string[]
      /** The database that it makes, fills or deletes; null: it does nothing of these. */
      readonly scratch: string | null
    }
  /** What the requests of a transaction of kind `model` gave, and after which ticket. */
  | {
      readonly t: 'found'
      readonly id: string
      readonly ticket: number
      readonly texts: readonly string[]
    }
  | { readonly t: 'done'; readonly id: string }
  | {
      readonly t: 'aborted'
      readonly id: string
      /** The thread wanted it, or the specification does. */
      readonly wanted: boolean
      readonly error: string
      readonly code: string | null
    }
  /** A connection got an event that only a change of the owner can explain. */
  | { readonly t: 'noticed'; readonly what: string }
  /** What the thread saw cannot be. */
  | { readonly t: 'wrong'; readonly what: string }
  | { readonly t: 'warned'; readonly message: string }
  | { readonly t: 'end' }
)

/** A line without its time. */
export type Unsaid<Of = Line> = Of extends Line ? Omit<Of, 'at'> : never

/** Writes lines. */
export type Log = (line: Unsaid) => void

/** A log in a new file. */
export function openLog(file: string): Log & { close(): void } {
  const number = openSync(file, 'ax')
  const log = (line: Unsaid): void => {
    writeSync(number, `${JSON.stringify({ ...line, at: now() })}\n`)
  }
  return Object.assign(log, { close: () => closeSync(number) })
}

/** The same clock for all processes, finer than `Date.now()`. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}
