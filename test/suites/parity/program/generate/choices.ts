/** Choices among few things, and what programs have or lack. */
import fc from 'fast-check'
import type { Encoded } from '../program.ts'

export const constants = <Items extends readonly unknown[]>(
  ...items: Items
): fc.Arbitrary<Items[number]> => fc.constantFrom(...items)

/** Absent as often as not would be too often: `weight` times in ten it is there. */
export const sometimes = <Item>(
  weight: number,
  item: fc.Arbitrary<Item>,
): fc.Arbitrary<Item | undefined> =>
  fc.oneof({ weight, arbitrary: item }, { weight: 10 - weight, arbitrary: fc.constant(undefined) })

/** Removes absent members, which JSON has none of. */
export function compact<Item extends object>(item: Item): Item {
  return Object.fromEntries(
    Object.entries(item).filter(([, member]) => member !== undefined),
  ) as Item // Only absent members are gone.
}

export const tuple = <Items extends Encoded[]>(
  ...items: { [Key in keyof Items]: fc.Arbitrary<Items[Key]> }
) => fc.tuple(...items) as fc.Arbitrary<readonly Encoded[]> // A tuple of what may be encoded.
