/** A message of the host protocol, spoilt: in its numbers, its bytes, its objects, or as a whole. */
import type { Random } from '../../kit/history/random.ts'
import { mutate } from './mutate.ts'

/** Numbers that readers stumble over. */
const oddNumbers = [
  [NaN, Infinity, -Infinity, -0, 0, 1, -1, -2, -3, 0.5, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99],
  [2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 52, 2 ** 53, 1e300, -1e9],
].flat()

/** What stands where something else belongs. */
const oddThings: readonly unknown[] = [
  oddNumbers,
  [undefined, null, true, false, '', 'x', '__proto__', 'books', 'put', 'scan', 'setVersion'],
  [[], {}, [1], ['a'], new Map(), new Set(), new Date(0), new Uint8Array(), 5n, /x/],
  [Uint8Array.of(0), Uint8Array.of(0xff), Uint8Array.of(0x30, 0x62, 0), new ArrayBuffer(8)],
].flat()

/** A copy of `message` with something wrong in it; `others` lend pieces. */
export function spoil(message: unknown, random: Random, others: readonly unknown[]): unknown {
  if (random.percent(8)) return oneOf([...oddThings, ...others], random)
  const { contents, numberCount, objects } = structuredClone(message) as {
    contents: ArrayBuffer
    numberCount: number
    objects: unknown[]
  }
  const numbers = new Float64Array(contents, 0, numberCount)
  switch (random.below(objects.length > 0 ? 5 : 3)) {
    case 0:
      numbers[random.below(numbers.length)] = random.pick(oddNumbers)
      return { contents, numberCount, objects }
    case 1: {
      const spoilt = mutate(new Uint8Array(contents), random, [new Uint8Array(contents)])
      return { contents: spoilt.slice().buffer, numberCount, objects }
    }
    case 2:
      return { contents, numberCount: pickCount(numberCount, random), objects }
    case 3:
      return { contents, numberCount, objects: objects.slice(random.below(2)).reverse() }
    default:
      return { contents, numberCount, objects: objects.map((it) => spoilLeaf(it, random)) }
  }
}

/** `pick`, of what may be undefined. */
function oneOf(things: readonly unknown[], random: Random): unknown {
  return things[random.below(things.length)]
}

function pickCount(numberCount: number, random: Random): number {
  return random.percent(50) ? random.pick(oddNumbers) : numberCount - 1
}

/** Replaces a leaf, some way down; leaves out a member, or adds one, now and then. */
function spoilLeaf(value: unknown, random: Random): unknown {
  if (random.percent(10) || typeof value !== 'object' || value === null) {
    return oneOf(oddThings, random)
  }
  if (ArrayBuffer.isView(value)) return mutate(value as Uint8Array, random, [value as Uint8Array])
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [key, spoilLeaf(item, random)]))
  }
  if (Array.isArray(value)) return value.map((item) => spoilSome(item, random))
  const members = Object.entries(value)
  const spoilt = random.below(members.length)
  return Object.fromEntries(
    members.flatMap(([name, item], i) => {
      if (i !== spoilt) return [[name, item]]
      return random.percent(10) ? [] : [[name, spoilLeaf(item, random)]]
    }),
  )
}

function spoilSome(value: unknown, random: Random): unknown {
  return random.percent(50) ? spoilLeaf(value, random) : value
}
