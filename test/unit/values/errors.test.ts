import assert from 'node:assert/strict'
import { describe, test } from 'vitest'
import { errorKinds } from '../../../src/values/format.ts'
import { roundTrip } from './round-trip.ts'
import { assertSameStructure } from './structure.ts'

describe('errors', () => {
  for (const kind of errorKinds) {
    test(`${kind} keeps kind, message, stack and cause`, () => {
      const error = new globalThis[kind]('message', { cause: { reason: [1] } })
      assertSameStructure(roundTrip(error), error)
    })
  }

  test('an error without message or stack has none', () => {
    const error = new RangeError()
    delete (error as { stack?: string }).stack
    const clone = roundTrip(error) as Error
    assertSameStructure(clone, error)
    assert.equal(Object.hasOwn(clone, 'stack'), false)
  })

  test('a subclass and an AggregateError become what their name says, else Error', () => {
    class Mine extends TypeError {
      extra = 1
    }
    assert.equal(Object.getPrototypeOf(roundTrip(new Mine('m'))), TypeError.prototype)
    const aggregate = roundTrip(new AggregateError([1], 'm')) as Error
    assert.equal(Object.getPrototypeOf(aggregate), Error.prototype)
    assert.equal('errors' in aggregate, false)
  })

  test('the name decides, wherever it lies', () => {
    const named = Object.assign(new Error('m'), { name: 'SyntaxError' })
    assert.equal(Object.getPrototypeOf(roundTrip(named)), SyntaxError.prototype)
    const unknown = Object.assign(new TypeError('m'), { name: 'Custom' })
    assert.equal(Object.getPrototypeOf(roundTrip(unknown)), Error.prototype)
  })

  test('a message that is an accessor is left out, one that is no string becomes one', () => {
    const accessor = Object.defineProperty(new Error('m'), 'message', { get: () => 'got' })
    assert.equal(Object.hasOwn(roundTrip(accessor) as Error, 'message'), false)
    const number = Object.defineProperty(new Error('m'), 'message', { value: 5 })
    assert.equal((roundTrip(number) as Error).message, '5')
    const symbol = Object.defineProperty(new Error('m'), 'message', { value: Symbol() })
    assert.throws(() => roundTrip(symbol), TypeError)
  })

  test('an error that is its own cause keeps being it', () => {
    const error = new Error('m')
    error.cause = error
    const clone = roundTrip(error) as Error
    assert.equal(clone.cause, clone)
  })

  for (const name of ['NotFoundError', 'DataCloneError', 'Custom', 'QuotaExceededError']) {
    test(`a DOMException called ${name} keeps name, message, code and stack`, () => {
      const exception = new DOMException('message', name)
      const clone = roundTrip(exception) as DOMException
      assert.ok(clone instanceof DOMException)
      for (const key of ['name', 'message', 'stack'] as const) {
        assert.equal(clone[key], exception[key])
      }
      if (clone.constructor === DOMException) assert.equal(clone.code, exception.code)
    })
  }
})
