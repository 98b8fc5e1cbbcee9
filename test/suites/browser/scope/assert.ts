/** The assertions that the suites use, as far as they use them, for where `node:assert` is not. */
import type { TestTools } from '../../../../src/testing/vfs-conformance.ts'

export const assert: TestTools['assert'] = {
  equal(actual, expected, message) {
    if (!Object.is(actual, expected)) fail(message, actual, expected)
  },
  deepEqual(actual, expected, message) {
    if (!isDeepEqual(actual, expected)) fail(message, actual, expected)
  },
  ok(value, message) {
    if (!value) fail(message, value, 'something true')
  },
  throws(body, check) {
    try {
      body()
    } catch (error) {
      return demand(check(error), error)
    }
    throw new Error('Expected an exception')
  },
  async rejects(promise, check) {
    const [outcome] = await Promise.allSettled([promise])
    if (outcome.status === 'fulfilled') throw new Error('Expected a rejection')
    demand(check(outcome.reason), outcome.reason)
  },
}

function demand(isRight: boolean, error: unknown): void {
  if (!isRight) throw new Error('The error is not the expected one', { cause: error })
}

function fail(message: string | undefined, actual: unknown, expected: unknown): never {
  const difference = `expected ${show(expected)}, got ${show(actual)}`
  throw new Error(message ? `${message}: ${difference}` : difference)
}

function show(value: unknown): string {
  const text = ArrayBuffer.isView(value) ? String(value) : JSON.stringify(value)
  return (text ?? String(value)).slice(0, 200)
}

function isDeepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  // Both are objects: their properties may be read by name.
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  return keys.every((key) => key in right && isDeepEqual(left[key], right[key]))
}
