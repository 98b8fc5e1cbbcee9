/**
 * Compares two encoded keys, as memcmp does.
 * https://w3c.github.io/IndexedDB/#compare-two-keys
 */
export function compareKeys(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
  const length = Math.min(a.length, b.length)
  let i = 0
  while (i < length && a[i] === b[i]) i++
  if (i === length) return a.length === b.length ? 0 : a.length < b.length ? -1 : 1
  // Both lie inside, so neither is undefined.
  return (a[i] as number) < (b[i] as number) ? -1 : 1
}
