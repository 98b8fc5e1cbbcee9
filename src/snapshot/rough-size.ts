/** How many bytes a value takes, about: enough to know how many of its kind to read at once. */
export function roughSize(value: unknown, depth = 0): number {
  if (typeof value === 'string') return 8 + value.length
  if (typeof value !== 'object' || value === null) return 8
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return 64 + value.byteLength
  if (value instanceof Blob) return 64 + value.size
  // What lies deeper counts as little: it is rare, or the value has no end.
  if (depth > 4) return 64
  const parts = value instanceof Map || value instanceof Set ? [...value] : Object.values(value)
  return parts.reduce<number>((sum, part) => sum + roughSize(part, depth + 1), 64)
}
