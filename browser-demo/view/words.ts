/** Numbers and errors as the page writes them. */

const counts = new Intl.NumberFormat('en')

/** 10000 → "10,000". */
export function count(number: number): string {
  return counts.format(number)
}

/** "1 record", "2,000 records". */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`
}

/** A duration with three digits that matter: "0.42 ms", "12.3 ms", "1.24 s". */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  if (ms >= 100) return `${ms.toFixed(0)} ms`
  return `${ms.toFixed(ms >= 10 ? 1 : 2)} ms`
}

/** How a time compares to that of the native engine: "2.1× as fast", "1.3× as long". */
export function ratio(ms: number, nativeMs: number): string {
  const share = ms / nativeMs
  if (!Number.isFinite(share) || share === 0) return ''
  if (share > 0.95 && share < 1.05) return 'as fast'
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
