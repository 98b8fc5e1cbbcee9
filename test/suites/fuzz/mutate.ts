/** Changing bytes at random, in the ways that break readers. */
import type { Random } from '../../kit/history/random.ts'

/** Lengths, counts and offsets that readers stumble over. */
const tellingNumbers = [
  0, 1, 2, 3, 4, 7, 8, 63, 64, 127, 128, 255, 256, 511, 512, 4095, 4096, 4097, 65535, 65536,
  0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
]

/** A copy of `bytes`, changed in a few places; `others` lend pieces. */
export function mutate(
  bytes: Uint8Array,
  random: Random,
  others: readonly Uint8Array[],
): Uint8Array {
  let mutated: Uint8Array = bytes.slice()
  const changes = 1 + random.below(random.percent(20) ? 12 : 3)
  for (let i = 0; i < changes; i++) mutated = change(mutated, random, others)
  return mutated
}

function change(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const at = random.below(bytes.length + 1)
  const length = 1 + random.below(random.percent(80) ? 8 : 200)
  switch (random.below(9)) {
    case 0:
      return flipBit(bytes, at, random)
    case 1:
      return overwrite(bytes, at, Uint8Array.of(random.below(256)))
    case 2:
      return overwrite(bytes, at, fixedNumber(random))
    case 3:
      return splice(bytes, at, 1, varint(random))
    case 4:
      return splice(bytes, at, length, new Uint8Array(0))
    case 5:
      return splice(bytes, at, 0, bytes.slice(at, at + length))
    case 6:
      return splice(bytes, at, 0, pieceOf(random.pick(others), random))
    case 7:
      return overwrite(bytes, at, pieceOf(random.pick(others), random))
    default:
      return random.percent(30) ? bytes.slice(0, at) : flipBit(bytes, at, random)
  }
}

/** The same length; what would go beyond the end is left out. */
export function overwrite(bytes: Uint8Array, at: number, piece: Uint8Array): Uint8Array {
  bytes.set(piece.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length))
  return bytes
}

/** A telling number in one, two, four or eight bytes, either end first. */
export function fixedNumber(random: Random): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  const number = random.pick(tellingNumbers)
  if (random.percent(20)) view.setFloat64(0, random.pick([NaN, -0, Infinity, -1, 2 ** 53, 1e308]))
  else view.setUint32(random.pick([0, 4]), number, random.percent(50))
  return random.percent(50) ? bytes : bytes.slice(4, 4 + random.pick([1, 2, 4]))
}

function flipBit(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  const byte = bytes[at]
  if (byte !== undefined) bytes[at] = byte ^ (1 << random.below(8))
  return bytes
}

/** Seven bits a byte, the lowest first: values and index keys have such. */
function varint(random: Random): Uint8Array {
  const bytes: number[] = []
  let rest = random.percent(20) ? 2 ** (32 + random.below(31)) : random.pick(tellingNumbers)
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Uint8Array.of(...bytes, rest)
}

function pieceOf(bytes: Uint8Array, random: Random): Uint8Array {
  const start = random.below(bytes.length + 1)
  return bytes.slice(start, start + 1 + random.below(64))
}

function splice(bytes: Uint8Array, at: number, removed: number, piece: Uint8Array): Uint8Array {
  const rest = bytes.subarray(Math.min(at + removed, bytes.length))
  const spliced = new Uint8Array(at + piece.length + rest.length)
  spliced.set(bytes.subarray(0, at))
  spliced.set(piece, at)
  spliced.set(rest, at + piece.length)
  return spliced
}
