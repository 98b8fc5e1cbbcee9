/** Keys to look for between two others, where pages cannot be read and no index names what lies between them. */

/** What is not known of a store: from `lower` to `upper`, both of them met. */
export interface Gap {
  /** null: from the start. */
  readonly lower: Uint8Array | null
  /** null: to the end. */
  readonly upper: Uint8Array | null
}

/** With these all keys begin: numbers, dates, strings, binary keys, arrays. */
const tags = [0x10, 0x20, 0x30, 0x40, 0x50]

/** So many bytes are varied, after those that both ends have in common. */
const variedBytes = 12
const end = 1n << BigInt(8 * variedBytes)

/** Each gap is halved so often: into 1,024 parts. */
const halvings = 10

/**
 * Bytes that sort between the ends of the gap, in an order in which keys are found soon, be they evenly spread or close to one of the ends.
 * What they are need not be keys.
 */
export function* probesIn({ lower, upper }: Gap): Generator<Uint8Array> {
  if (lower && upper) return yield* probesBetween(lower, upper)
  const [from, to] = [lower?.[0] ?? 0, upper?.[0] ?? 0xff]
  for (const tag of tags.filter((it) => it >= from && it <= to)) {
    const start = lower && tag === from ? lower : Uint8Array.of(tag)
    const stop = upper && tag === to ? upper : Uint8Array.of(tag + 1)
    yield* probesBetween(start, stop)
  }
}

function* probesBetween(lower: Uint8Array, upper: Uint8Array): Generator<Uint8Array> {
  let common = 0
  while (common < lower.length && lower[common] === upper[common]) common++
  const prefix = lower.subarray(0, common)
  const [low, high] = [numberOf(lower.subarray(common)), numberOf(upper.subarray(common))]
  for (const number of numbersBetween(low, high)) {
    if (number > low && number < high) yield bytesOf(prefix, number)
  }
}

function* numbersBetween(low: bigint, high: bigint): Generator<bigint> {
  for (let parts = 2n; parts <= 1n << BigInt(halvings); parts *= 2n) {
    for (let part = 1n; part < parts; part += 2n) yield low + ((high - low) * part) / parts
  }
  for (let distance = end / 2n; distance > 0n; distance /= 2n) {
    yield low + distance
    yield high - distance
  }
}

function numberOf(bytes: Uint8Array): bigint {
  let number = 0n
  for (let i = 0; i < variedBytes; i++) number = number * 256n + BigInt(bytes[i] ?? 0)
  return number
}

function bytesOf(prefix: Uint8Array, number: bigint): Uint8Array {
  const bytes = new Uint8Array(prefix.length + variedBytes)
  bytes.set(prefix)
  let rest = number
  for (let i = bytes.length - 1; i >= prefix.length; i--) {
    bytes[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}
