import { afterAll, beforeAll, expect, test, vi } from 'vitest'

/** The module as a browser loads it: without `util.types`. */
let keys: typeof import('../../../src/keys/convert-value-to-key.ts')
const { getBuiltinModule } = process

beforeAll(async () => {
  vi.resetModules()
  process.getBuiltinModule = (() => undefined) as unknown as typeof getBuiltinModule
  keys = await import('../../../src/keys/convert-value-to-key.ts')
})

afterAll(() => {
  process.getBuiltinModule = getBuiltinModule
})

test('a Proxy for an array is refused, at any depth', () => {
  expect(keys.convertValueToKey(new Proxy([1], {}))).toBeNull()
  expect(keys.convertValueToKey([1, [new Proxy([], {})]])).toBeNull()
})

test('arrays are keys, those with named properties too', () => {
  expect(keys.convertValueToKey([1, ['a']])).not.toBeNull()
  expect(keys.convertValueToKey(Object.assign([1], { f: () => 1 }))).not.toBeNull()
  expect(keys.convertValueToKey(/a/.exec('a'))).not.toBeNull()
})

test('dates and buffers are told from other objects', () => {
  const valid = [new Date(1), new ArrayBuffer(1), new SharedArrayBuffer(1), new Uint8Array(2)]
  for (const value of valid) {
    expect(keys.convertValueToKey(value)).not.toBeNull()
    expect(keys.isOfKeyType(value)).toBe(true)
  }
  for (const value of [{}, new Proxy(new Date(1), {}), Object.create(Date.prototype)]) {
    expect(keys.convertValueToKey(value)).toBeNull()
    expect(keys.isOfKeyType(value)).toBe(false)
  }
})
