/** Numbers, sizes and times as people read them. */

const whole = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** `9,999`, `12.3K`: in few letters. */
export function shortNumber(count: number): string {
  return count < 10_000 ? number(count) : compact.format(count)
}

/** A name of a database, object store or index, which may be empty. */
export function nameText(name: string): string {
  return name === '' ? '(no name)' : name
}

export function number(count: number): string {
  return whole.format(count)
}

/** `1 record`, `2 entries`. */
export function counted(count: number, noun: string): string {
  const plural = noun.endsWith('y')
    ? `${noun.slice(0, -1)}ies`
    : noun.endsWith('x')
      ? `${noun}es`
      : `${noun}s`
  return `${number(count)} ${count === 1 ? noun : plural}`
}

export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${short.format(bytes / 1_000)} kB`
  if (bytes < 1_000_000_000) return `${short.format(bytes / 1_000_000)} MB`
  return `${short.format(bytes / 1_000_000_000)} GB`
}

const units = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** `3 days ago`. */
export function sinceNow(ms: number, nowMs = Date.now()): string {
  const seconds = (ms - nowMs) / 1_000
  const [unit, length] = units.find(([, it]) => Math.abs(seconds) >= it) ?? units[5]
  return relative.format(Math.round(seconds / length), unit)
}

export function keyPathText(keyPath: string | readonly string[] | null): string {
  if (keyPath === null) return 'out of line'
  if (typeof keyPath !== 'string') return `[${keyPath.join(', ')}]`
  return keyPath === '' ? 'the value itself' : keyPath
}
