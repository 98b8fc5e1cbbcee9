/** Numbers that look random and are the same for the same seed, on every runtime. */

/** Draws from one sequence. */
export interface Random {
  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number
  /** True so often in a hundred draws. */
  percent(share: number): boolean
  pick<Item>(items: readonly Item[]): Item
}

/** A sequence for the seed and, within it, for the number: `seededRandom(7, 3)` needs no draws of 1 and 2. */
export function seededRandom(seed: number, number = 0): Random {
  let state = mix(seed ^ mix(number + 0x9e3779b9))
  const below = (limit: number): number => {
    state = (state + 0x9e3779b9) | 0
    return Math.floor(((mix(state) >>> 0) / 2 ** 32) * limit)
  }
  return {
    below,
    percent: (share) => below(100) < share,
    pick(items) {
      const item = items[below(items.length)]
      if (item === undefined) throw new RangeError('Nothing to pick from')
      return item
    },
  }
}

/** Spreads a change of any bit over all 32. */
function mix(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return mixed ^ (mixed >>> 15)
}
