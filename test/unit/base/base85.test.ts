import { expect, test } from 'vitest'
import { toBase85 } from '../../../build/base85.mjs'
import { fromBase85 } from '../../../src/base/base85.ts'

const random = Uint8Array.from({ length: 10_000 }, (_, i) => (i * i * 31) >> 3)

test.each([0, 1, 2, 3, 4, 5, 8, 9_999, 10_000])('%d bytes come back as they were', (length) => {
  const bytes = random.subarray(0, length)
  expect(fromBase85(toBase85(bytes))).toEqual(bytes)
})

test('the smallest and the largest groups come back', () => {
  const bytes = Uint8Array.of(0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 1, 128, 0, 0, 0)
  expect(fromBase85(toBase85(bytes))).toEqual(bytes)
})

test('every digit is one character of a program, as which it needs no escape', () => {
  const text = toBase85(random)
  expect(JSON.stringify(text)).toBe(`"${text}"`)
  expect(text).toMatch(/^[\x20-\x7e]*$/)
  expect(new Set(text).size).toBe(85)
})
