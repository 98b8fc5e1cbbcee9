/** Random values for property tests, of every type that fast-check knows. */
import fc from 'fast-check'

/** Values of all types, their properties named by `key`. */
export function randomValue(key: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  return fc.anything({
    key,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  })
}

/** Values in which some objects, made by `part`, occur more than once. */
export function randomSharing(part: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const parts = fc.array(part, { minLength: 1, maxLength: 4 })
  return fc
    .tuple(parts, fc.array(fc.nat(), { maxLength: 50 }))
    .map(([made, picks]) => picks.map((pick) => [made[pick % made.length], { pick }]))
}
