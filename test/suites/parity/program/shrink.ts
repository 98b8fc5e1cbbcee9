/** Makes a program smaller for as long as a claim about it holds. */
import type { Program } from './program.ts'

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/**
 * Tries many cuts at a time, since each asking costs a round trip.
 * @param holdsFor answers for each of the programs, in their order
 */
export async function shrink(
  program: Program,
  holdsFor: (programs: readonly Program[]) => Promise<boolean[]>,
): Promise<Program> {
  let smallest = program
  let asked = 0
  for (let from = 0; asked < maximumAsked; asked += chunkSize) {
    // A cut removes members of the program's own lists and objects, so that it stays one.
    const cuts = cutsOf(smallest as unknown as Json) as unknown as Program[]
    if (from >= cuts.length) break
    const candidates = cuts.slice(from, from + chunkSize)
    const answers = await holdsFor(candidates)
    const cut = candidates[answers.indexOf(true)]
    smallest = cut ?? smallest
    // After a cut, what could not go before may go now.
    from = cut ? 0 : from + chunkSize
  }
  return smallest
}

const chunkSize = 16

/** A hard case may stay larger than it could be. */
const maximumAsked = 800

/** Lists that may lose items; others are values, whose items mean something by their place. */
const cuttable = new Set([
  'rounds',
  'steps',
  'ops',
  'upgrade',
  'success',
  'error',
  'ended',
  'positions',
])

/** Members that may go. */
const optional = new Set([
  'success',
  'error',
  'ended',
  'positions',
  'index',
  'stale',
  'options',
  'transactionError',
  'connectionError',
  'requestError',
  'versionchange',
  'blocked',
  'mode',
])

/** Every program with one cut, the largest cuts first. */
function cutsOf(json: Json, name = ''): Json[] {
  if (isList(json)) return cuttable.has(name) ? cutsOfList(json) : []
  if (typeof json !== 'object' || json === null) return simplerThan(json, name)
  const cuts: Json[] = []
  for (const [member, value] of Object.entries(json)) {
    if (optional.has(member) && !isRequired(json, member)) {
      cuts.push(Object.fromEntries(Object.entries(json).filter(([it]) => it !== member)))
    }
    for (const cut of cutsOf(value, member)) cuts.push({ ...json, [member]: cut })
  }
  return cuts
}

/** Whether a program without it is none: its type has it always, and what runs and prints programs does not ask. */
function isRequired(json: { readonly [name: string]: Json }, member: string): boolean {
  return (member === 'success' && json['do'] === 'open') || String(json['do']).startsWith('create')
}

function cutsOfList(items: readonly Json[]): Json[] {
  const cuts: Json[] = []
  for (let size = items.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < items.length; at += size) {
      cuts.push([...items.slice(0, at), ...items.slice(at + size)])
    }
  }
  // Lists of lists are those of a cursor's positions, each a list of operations.
  items.forEach((item, at) => {
    for (const cut of cutsOf(item, isList(item) ? 'ops' : '')) {
      cuts.push([...items.slice(0, at), cut, ...items.slice(at + 1)])
    }
  })
  return cuts
}

function simplerThan(json: Json, name: string): Json[] {
  return name === 'capture' && json === true ? [false] : []
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json)
}
