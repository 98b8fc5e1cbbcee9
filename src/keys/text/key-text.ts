/** Keys as messages show them. */
import { convertKeyToValue } from '../convert-key-to-value.ts'

const longestShown = 100

/** The key as text, cut where it is long. Never throws: damaged bytes show as such. */
export function keyText(key: Uint8Array): string {
  const text = wholeText(key)
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
}

function wholeText(key: Uint8Array): string {
  try {
    return textOf(convertKeyToValue(key))
  } catch {
    // The storage seam takes any bytes for a key, and a file may be damaged.
    return `of ${key.length} bytes`
  }
}

function textOf(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key.slice(0, longestShown + 1))
  if (Array.isArray(key)) return `[${key.slice(0, longestShown).map(textOf).join(', ')}]`
  if (key instanceof Date) return key.toISOString()
  if (key instanceof ArrayBuffer) return `binary data of ${key.byteLength} bytes`
  return String(key)
}
