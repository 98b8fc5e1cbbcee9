/** Bytes as people read them. */

/** The bytes from `start` to `end` of what Base64 says. */
export function bytesIn(base64: string, start: number, end: number): Uint8Array {
  const firstGroup = Math.floor(start / 3)
  const text = atob(base64.slice(firstGroup * 4, Math.ceil(end / 3) * 4))
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0))
  return bytes.subarray(start - firstGroup * 3, end - firstGroup * 3)
}

/** Lines of 8 bytes: where they begin, in hexadecimal, as letters. */
export function hexLines(bytes: Uint8Array, from = 0): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 8) {
    const line = bytes.subarray(at, at + 8)
    const hex = Array.from(line, (it) => it.toString(16).padStart(2, '0')).join(' ')
    const letters = Array.from(line, (it) => (it > 31 && it < 127 ? String.fromCharCode(it) : '·'))
    const offset = (from + at).toString(16).padStart(6, '0')
    lines.push(`${offset}  ${hex.padEnd(23)}  ${letters.join('')}`)
  }
  return lines.join('\n')
}

const signatures = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF....WEBP/s],
] as const

/** The type of an image by its first bytes; null: it is none that is shown. No text that could run as a script is among them. */
export function imageTypeOf(base64: string): string | null {
  const beginning = String.fromCharCode(...bytesIn(base64, 0, 12))
  return signatures.find(([, pattern]) => pattern.test(beginning))?.[0] ?? null
}
