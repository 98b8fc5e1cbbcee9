import { expect, test } from 'vitest'
import { StorageError, exceptionOf, failure, failureOf } from '../../src/errors.ts'

test.each([
  ['The directory is locked', 'The directory is locked', 'The directory is locked'],
  ['Opening failed: no room', 'no room', 'Opening failed: no room'],
  ['Opening failed', 'Opening failed: no room', 'Opening failed: no room'],
  ['Opening failed', 'no room', 'Opening failed: no room'],
  ['Opening failed', null, 'Opening failed'],
])('what is told of %j under it %j is %j', (message, detail, text) => {
  expect(exceptionOf(failure('UnknownError', message, { detail })).message).toBe(text)
})

test('an error that repeats the message of its cause is told once', () => {
  const cause = new Error('Directory "d" is owned by process 1')
  const error = new StorageError('busy', cause.message, { cause })
  expect(exceptionOf(failureOf(error)).message).toBe(cause.message)
})
