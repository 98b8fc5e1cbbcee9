/** Numbers and errors as the page writes them. */
import type { Timing } from '../timings.ts'

const counts = new Intl.NumberFormat('en')

/** 10000 → "10,000". */
export function count(number: number): string {
  return counts.format(number)
}

/** "1 record", "2,000 records". */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`
}

/** A duration to two digits, which is more than most repetitions agree on: "0.42 ms", "12 ms", "1.2 s". */
export function duration(ms: number): string {
  const rounded = Number(ms.toPrecision(2))
  if (rounded >= 1000) return `${(rounded / 1000).toFixed(rounded >= 10_000 ? 0 : 1)} s`
  if (rounded >= 10) return `${rounded} ms`
  return `${rounded.toFixed(rounded >= 1 ? 1 : 2)} ms`
}

/**
 * How a time compares to that of the native engine: "2.1× as fast", "1.3× as long". Where the rounds of the two overlap
 * another run might say the opposite.
 */
export function ratio(own: Timing, native: Timing): string {
  const share = own.medianMs / native.medianMs
  if (!Number.isFinite(share) || share === 0) return ''
  if (own.leastMs <= native.mostMs && native.leastMs <= own.mostMs) return 'no clear difference'
  return share < 1 ? `${factor(1 / share)}× as fast` : `${factor(share)}× as long`
}

function factor(number: number): string {
  return number.toFixed(number >= 10 ? 0 : 1)
}

/** "412 KB". */
export function bytes(number: number): string {
  return number < 1_000_000 ? `${Math.ceil(number / 1000)} KB` : `${(number / 1e6).toFixed(1)} MB`
}

/** The reason something failed, with the error's name where that says more. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error || error instanceof DOMException)) return String(error)
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`
}
