/** What a key is made of, in order: an array begins, goes on after each of its keys but the last, and ends. */
export type KeyPart =
  { readonly type: 'begin' | 'next' | 'end' } | { readonly type: 'single'; readonly value: unknown }

/** What is still to come: a part, or something of which the parts are not known yet. */
type Waiting = KeyPart | { readonly type: 'whole'; readonly value: unknown }

/** The parts of a key, however deep it is. Gives null and ends where an array has holes, properties, or itself in it: that is no key. */
export function* keyParts(key: unknown): Generator<KeyPart | null> {
  const waiting: Waiting[] = [{ type: 'whole', value: key }]
  const begun: unknown[] = []
  const within = new Set<unknown>()
  for (let it = waiting.pop(); it; it = waiting.pop()) {
    if (it.type === 'end') within.delete(begun.pop())
    if (it.type !== 'whole') yield it
    else if (!Array.isArray(it.value)) yield { type: 'single', value: it.value }
    else if (within.has(it.value) || !isList(it.value)) return yield null
    else {
      begun.push(it.value)
      within.add(it.value)
      yield { type: 'begin' }
      for (const part of partsOf(it.value).reverse()) waiting.push(part)
    }
  }
}

function isList(array: readonly unknown[]): boolean {
  return array.length === Object.keys(array).length
}

function partsOf(array: readonly unknown[]): Waiting[] {
  const parts = array.flatMap((value, i): Waiting[] =>
    i === 0 ? [{ type: 'whole', value }] : [{ type: 'next' }, { type: 'whole', value }],
  )
  return [...parts, { type: 'end' }]
}
