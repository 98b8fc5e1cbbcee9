import assert from 'node:assert/strict'

/**
 * Asserts that `actual` is what a structured clone of `expected` has to be: the same types by prototype of this realm,
 * the same own enumerable properties in the same order, and the same object wherever `expected` has the same object.
 */
export function assertSameStructure(actual: unknown, expected: unknown): void {
  const twins = new Map<object, object>()
  const pending: [unknown, unknown, string][] = [[actual, expected, 'value']]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [a, b, path] = next
    if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
      assert.ok(Object.is(a, b), `${path}: ${String(a)} instead of ${String(b)}`)
      continue
    }
    const twin = twins.get(b)
    if (twin !== undefined) {
      assert.ok(twin === a, `${path}: another object than before`)
      continue
    }
    assert.ok(a !== b, `${path}: the same object, not a clone`)
    twins.set(b, a)
    assertSameKind(a, b, path)
    pending.push(...parts(a, b, path))
  }
  assert.equal(new Set(twins.values()).size, twins.size, 'two objects became one')
}

function assertSameKind(a: object, b: object, path: string): void {
  const kind = Object.prototype.toString.call(b)
  assert.equal(Object.prototype.toString.call(a), kind, path)
  if (Object.getPrototypeOf(b) !== null && kind !== '[object Object]') {
    assert.equal(Object.getPrototypeOf(a), Object.getPrototypeOf(b), `${path}: prototype`)
  }
  if (kind === '[object Object]') assert.equal(Object.getPrototypeOf(a), Object.prototype, path)
  if (b instanceof Date) assert.ok(Object.is((a as Date).getTime(), b.getTime()), path)
  if (b instanceof RegExp) assert.equal(String(a), String(b), path)
  if (/Number|String|Boolean|BigInt\]/.test(kind) && !ArrayBuffer.isView(b)) {
    assert.ok(Object.is(a.valueOf(), b.valueOf()), path)
  }
}

/** The pairs of parts that have to be alike in turn. */
function parts(a: object, b: object, path: string): [unknown, unknown, string][] {
  if (b instanceof ArrayBuffer) return [[bytesOf(a as ArrayBuffer), bytesOf(b), path]]
  if (ArrayBuffer.isView(b)) return viewParts(a as ArrayBufferView, b, path)
  const pairs = ownPairs(a, b, path)
  if (b instanceof Map) {
    const of = [...(a as Map<unknown, unknown>)].flat()
    pairs.push(...zip(of, [...b].flat(), `${path}.entries`))
  }
  if (b instanceof Set) pairs.push(...zip([...(a as Set<unknown>)], [...b], `${path}.values`))
  if (Array.isArray(b)) pairs.push([(a as unknown[]).length, b.length, `${path}.length`])
  if (b instanceof Error) {
    for (const key of ['message', 'stack', 'cause', 'name'] as const) {
      assert.equal(Object.hasOwn(a, key), Object.hasOwn(b, key), `${path} has ${key}`)
      pairs.push([(a as Error)[key], b[key], `${path}.${key}`])
    }
  }
  return pairs
}

function ownPairs(a: object, b: object, path: string): [unknown, unknown, string][] {
  const keys = Object.keys(b)
  assert.deepEqual(Object.keys(a), keys, `${path}: keys`)
  return keys.map((key) => {
    const descriptor = Object.getOwnPropertyDescriptor(a, key)
    const isFree = descriptor?.writable && descriptor.configurable
    assert.ok(isFree || b instanceof String, `${path}.${key}: attributes`)
    return [descriptor?.value, (b as Record<string, unknown>)[key], `${path}.${key}`]
  })
}

function viewParts(
  a: ArrayBufferView,
  b: ArrayBufferView,
  path: string,
): [unknown, unknown, string][] {
  return [
    [a.buffer, b.buffer, `${path}.buffer`],
    [a.byteOffset, b.byteOffset, `${path}.byteOffset`],
    [a.byteLength, b.byteLength, `${path}.byteLength`],
  ]
}

function zip(a: unknown[], b: unknown[], path: string): [unknown, unknown, string][] {
  assert.equal(a.length, b.length, path)
  return b.map((it, i) => [a[i], it, `${path}[${i}]`])
}

function bytesOf(buffer: ArrayBuffer): string {
  const { maxByteLength, resizable } = buffer as { maxByteLength?: number; resizable?: boolean }
  return `${Buffer.from(buffer).toString('hex')} ${maxByteLength} ${resizable}`
}
