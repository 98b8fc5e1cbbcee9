/** Longer strings rarely come again. */
const longest = 24
const slotCount = 2048

const strings: string[] = Array.from({ length: slotCount }, () => '')

/** The ASCII string in `bytes`, at most 63 long; short ones that come again are not made again. */
export function asciiString(bytes: Uint8Array, start: number, length: number): string {
  if (length > longest) return newString(bytes, start, length)
  const slot = slotOf(bytes, start, length)
  const cached = strings[slot] as string // every slot is filled
  if (isStringAt(cached, bytes, start, length)) return cached
  const string = newString(bytes, start, length)
  strings[slot] = string
  return string
}

function slotOf(bytes: Uint8Array, start: number, length: number): number {
  let hash = length
  for (let i = start; i < start + length; i++) hash = (Math.imul(hash, 31) + (bytes[i] ?? 0)) | 0
  return (hash ^ (hash >>> 11)) & (slotCount - 1)
}

function isStringAt(string: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (string.length !== length) return false
  for (let i = 0; i < length; i++) if (string.charCodeAt(i) !== bytes[start + i]) return false
  return true
}

function newString(bytes: Uint8Array, start: number, length: number): string {
  let string = ''
  for (let i = start; i < start + length; i++) string += String.fromCharCode(bytes[i] ?? 0)
  return string
}
