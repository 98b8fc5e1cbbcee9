/** Programs drawn at random, the same for the same seed. */
import type { Random } from '../../kit/history/random.ts'
import { cmp, type Key } from '../../kit/reference-keys.ts'
import {
  type Fields,
  type IndexName,
  indexKinds,
  type Program,
  type Range,
  type Request,
  type Source,
  type Step,
  type StoreName,
  storeKinds,
  type Visit,
} from './program.ts'

const storeNames = Object.keys(storeKinds) as StoreName[] // its own keys
const indexNames = Object.keys(indexKinds) as IndexName[]
const directions = ['next', 'next', 'nextunique', 'prev', 'prevunique'] as const

const numbers = [1, 2, 3, 4, 5, 6, 8, 12, 20, 2.5, -7, -Infinity]
const strings = ['', 'a', 'b', 'ab', '\ud800', 'ÿ', '中']
const dates = [new Date(0), new Date(1e12)]
const binaries = [bytesOf(), bytesOf(0), bytesOf(255, 1)]
const arrays = [[], [1], [1, 'a'], [[1]], ['a', [new Date(0), bytesOf(1)]]]

/** Few, so that programs meet the same ones again, and of every type. */
const keys: readonly Key[] = [numbers, strings, dates, binaries, arrays].flat()

const tags: readonly (Key | null)[] = [null, 1, 2, 3, 'x', 'y', new Date(7), [1, 'x'], bytesOf(9)]

function bytesOf(...bytes: number[]): ArrayBuffer {
  return Uint8Array.from(bytes).buffer
}

/** A program with that number of transactions, upgrades included. */
export function generateProgram(transactionCount: number, random: Random): Program {
  const everything = storeNames.flatMap((store) => [
    { store, index: null },
    ...indexNames.filter(() => random.percent(60)).map((index) => ({ store, index })),
  ])
  const program: Step[] = [{ do: 'upgrade', toggles: everything, isAborted: false }]
  for (let count = 1; count < transactionCount; count++) program.push(generateStep(random))
  return [...program, { do: 'reopen' }]
}

function generateStep(random: Random): Step {
  const kind = random.below(1000)
  if (kind < 1) return { do: 'deleteDatabase' }
  if (kind < 3) return { do: 'reopen' }
  if (kind < 15) {
    const toggles = list(1 + random.below(3), () => sourceOf(random))
    return { do: 'upgrade', toggles, isAborted: random.percent(20) }
  }
  return {
    do: 'transaction',
    requests: list(1 + random.below(5), () => generateRequest(random)),
    durability: random.percent(5) ? 'strict' : 'relaxed',
    isAborted: random.percent(5),
    isEarly: random.percent(40),
  }
}

function generateRequest(random: Random): Request {
  const kind = random.below(100)
  const store = random.pick(storeNames)
  if (kind < 42) {
    const key = random.percent(30) ? null : random.pick(keys)
    const verb = random.percent(75) ? 'put' : 'add'
    return { do: verb, store, index: null, key, fields: generateFields(random) }
  }
  const range = generateRange(random)
  if (kind < 50) return { do: 'delete', store, index: null, range: notAll(range) }
  if (kind < 51) return { do: 'clear', store, index: null }
  return generateReading(sourceOf(random), range, random)
}

function generateReading(source: Source, range: Range, random: Random): Request {
  const direction = random.pick(directions)
  switch (random.below(8)) {
    case 0:
      return { ...source, do: 'get', range: notAll(range) }
    case 1:
      return { ...source, do: 'getKey', range: notAll(range) }
    case 2:
      return { ...source, do: 'count', range }
    case 3:
    case 4: {
      const verb = random.pick(['getAll', 'getAllKeys', 'getAllRecords'] as const)
      const limit = random.percent(50) ? 0 : 1 + random.below(5)
      return { ...source, do: verb, range, limit, direction }
    }
    default: {
      const verb = random.percent(70) ? 'openCursor' : 'openKeyCursor'
      const visits = list(1 + random.below(6), () => generateVisit(random))
      return { ...source, do: verb, range, direction, visits }
    }
  }
}

function generateVisit(random: Random): Visit {
  const writes = random.below(100)
  const moves = random.below(100)
  return {
    write: writes < 75 ? null : writes < 85 ? 'delete' : generateFields(random),
    move:
      moves < 60
        ? 'continue'
        : moves < 80
          ? { advance: 1 + random.below(3) }
          : { to: random.pick(keys) },
  }
}

function generateFields(random: Random): Fields {
  const tag = random.percent(85) ? { tag: random.pick(tags) } : {}
  const only = random.percent(25) ? { only: 1 + random.below(40) } : {}
  const size = random.below(100)
  return {
    ...tag,
    tags: list(random.below(4), () => random.pick(tags)),
    ...only,
    number: random.below(5),
    bodyLength: size < 85 ? random.below(100) : size < 96 ? 900 : 9_000,
  }
}

function generateRange(random: Random): Range {
  const kind = random.below(100)
  if (kind < 25) return { lower: null, upper: null }
  const lower = random.pick(keys)
  if (kind < 75) return { lower, upper: lower }
  if (kind < 85) return { lower, upper: null }
  if (kind < 92) return { lower: null, upper: lower }
  const other = random.pick(keys)
  return cmp(lower, other) > 0 ? { lower: other, upper: lower } : { lower, upper: other }
}

/** Some requests want a range. */
function notAll(range: Range): Range {
  return range.lower === null && range.upper === null ? { lower: 3, upper: null } : range
}

function sourceOf(random: Random): Source {
  const index = random.percent(45) ? null : random.pick(indexNames)
  return { store: random.pick(storeNames), index }
}

function list<Item>(length: number, make: () => Item): Item[] {
  return Array.from({ length }, make)
}
