import { LateValue } from '../../values/deserialize.ts'

/**
 * What a reader has gathered, with the values that were not ready in the places of those that stood for them. Such a place
 * is the whole, an entry of a list, or the `value` of such an entry.
 */
export function replaceLateValues(
  gathered: unknown,
  settled: ReadonlyMap<LateValue, unknown>,
): unknown {
  if (gathered instanceof LateValue) return settled.get(gathered)
  if (!Array.isArray(gathered)) return gathered
  return gathered.map((entry: unknown) => {
    if (entry instanceof LateValue) return settled.get(entry)
    const late = ownValue(entry)
    return late instanceof LateValue ? { ...(entry as object), value: settled.get(late) } : entry
  })
}

/** No getter runs: an entry may be a value of script's. */
function ownValue(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null) return undefined
  const own = Object.getOwnPropertyDescriptor(entry, 'value')
  return own && Object.hasOwn(own, 'value') ? own.value : undefined
}
