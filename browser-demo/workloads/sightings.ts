/** Bird sightings: made up, the same on every run and every engine. */

export interface Sighting {
  readonly id: number
  readonly species: string
  readonly seen: Date
  readonly count: number
  /** Degrees north and east. */
  readonly place: readonly [number, number]
  readonly tags: readonly string[]
  /** The number on the bird's ring; no two birds share one. */
  readonly ring: string
}

const species = [
  'Arctic tern',
  'Barn owl',
  'Common swift',
  'Dipper',
  'Golden plover',
  'Hoopoe',
  'Kingfisher',
  'Lapwing',
  'Nightjar',
  'Redstart',
  'Skylark',
  'Wryneck',
]
const tags = ['at dawn', 'breeding', 'heard only', 'in flight', 'juvenile', 'ringed']
const firstDayMs = Date.UTC(2025, 2, 1)
const hourMs = 3_600_000

/** That number of sightings, numbered from 1. */
export function makeSightings(count: number): Sighting[] {
  const random = makeRandom(2025)
  return Array.from({ length: count }, (_, at) => ({
    id: at + 1,
    species: pick(species, random),
    seen: new Date(firstDayMs + at * hourMs),
    count: 1 + Math.floor(random() * 40),
    place: [round(47 + random() * 12), round(5 + random() * 18)],
    tags: tags.filter(() => random() < 0.3),
    ring: `R${String((at * 7919 + 13) % 1_000_003).padStart(7, '0')}`,
  }))
}

/** Numbers from 0 to below 1, always the same ones for a seed. A linear congruential generator modulo 2^32 is plenty here. */
export function makeRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** The schema most workloads use: a store in-line keyed by number, with a plain, a multi-entry and a unique index. */
export function createSightings(connection: IDBDatabase): void {
  const store = connection.createObjectStore('sightings', { keyPath: 'id' })
  store.createIndex('by species', 'species')
  store.createIndex('by tag', 'tags', { multiEntry: true })
  store.createIndex('by ring', 'ring', { unique: true })
}

function pick(from: readonly string[], random: () => number): string {
  const picked = from[Math.floor(random() * from.length)]
  if (picked === undefined) throw new Error('unreachable: the index is below the length')
  return picked
}

function round(degrees: number): number {
  return Math.round(degrees * 1000) / 1000
}
