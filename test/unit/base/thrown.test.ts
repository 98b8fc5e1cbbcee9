/** Whatever is thrown, something can be said of it. */
import { expect, test } from 'vitest'
import { isA, memberOf, reasonOf } from '../../../src/base/thrown.ts'
import { thrownValues } from '../../kit/thrown-values.ts'

test.each(thrownValues)('%s is described without another exception', (_, make) => {
  expect(['string', 'object']).toContain(typeof reasonOf(make()))
  expect(['undefined', 'number', 'object', 'function']).toContain(typeof memberOf(make(), 'code'))
  expect(isA(make(), String)).toBe(false)
})

test('the text is the message where there is one, else what the value is as a string', () => {
  expect(reasonOf(new Error('why'))).toBe('why')
  expect(reasonOf('text')).toBe('text')
  expect(reasonOf(Object.assign(new Error('x'), { message: 42 }))).toBe('Error: 42')
  expect(reasonOf(Symbol('s'))).toBe('Symbol(s)')
  expect(reasonOf(Object.create(null))).toBe('something that has no text was thrown')
  expect([reasonOf(null), reasonOf(undefined)]).toEqual([null, null])
})
