import { shortLimit } from '../format.ts'

/** Longer strings rarely come again. */
const longest = 16
const slotCount = 2048

/** Lists of arguments to be filled, by length. */
const unitsOfLength = Array.from({ length: shortLimit + 1 }, (_, length) =>
  Array.from({ length }, () => 0),
)

const { fromCharCode } = String
const { apply } = Reflect

const strings = Array.from<string>({ length: slotCount }).fill('')

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

/** One call for all units, four times as fast as adding up characters, and no rope is left to be flattened. */
function newString(bytes: Uint8Array, start: number, length: number): string {
  const units = unitsOfLength[length] as number[] // There is one for every length that is asked for.
  for (let i = 0; i < length; i++) units[i] = bytes[start + i] as number // The string lies in the bytes.
  return apply(fromCharCode, null, units)
}
