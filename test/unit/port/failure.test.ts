/** Failures that come from another thread are checked: none brings objects along. */
import { expect, test } from 'vitest'
import { factNames } from '../../../src/base/error-facts.ts'
import { failure as failureWith, failureOf, inPlace, StorageError } from '../../../src/errors.ts'
import { failureOfMember } from '../../../src/port/failure.ts'
import { Malformed } from '../../../src/port/malformed.ts'
import { thrownValues } from '../../kit/thrown-values.ts'

const owner = { pid: 1, thread: 0, host: 'h', since: '2026' }
const failure = {
  name: 'UnknownError',
  message: 'm',
  detail: null,
  facts: { code: 'ERR_IDB_LOCKED', path: 'p', database: 'd', owner, limit: 1, sqliteCode: 10 },
}

test('a failure is taken as it is', () => {
  expect(failureOfMember(structuredClone(failure))).toEqual(failure)
  const unknown = { ...failure, facts: { code: 'ERR_IDB_LOCKED', owner: null } }
  expect(failureOfMember(unknown)).toEqual(unknown)
  expect(failureOfMember({ ...failure, facts: null })).toEqual({ ...failure, facts: null })
})

test('what came along with the facts stays behind', () => {
  const facts = { ...failure.facts, stack: 's', toString: 1, owner: { ...owner, more: {} } }
  expect(failureOfMember({ ...failure, facts, more: {} })).toEqual(failure)
})

test.each<[string, object]>([
  ['an unknown code', { code: 'ERR_IDB_NO_SUCH' }],
  ['no code', { path: 'p' }],
  ['a path that is an object', { code: 'ERR_IDB_IO', path: {} }],
  ['a database that is a list', { code: 'ERR_IDB_IO', database: ['d'] }],
  ['an owner that is text', { code: 'ERR_IDB_LOCKED', owner: 'me' }],
  ['an owner without a process', { code: 'ERR_IDB_LOCKED', owner: { thread: 0 } }],
  ['a limit that is no number', { code: 'ERR_IDB_QUOTA', limit: '5' }],
  ['a negative size', { code: 'ERR_IDB_TOO_LARGE', size: -1 }],
])('%s is refused', (_, facts) => {
  expect(() => failureOfMember({ ...failure, facts })).toThrow(Malformed)
})

test('facts that are missing are refused', () => {
  const { facts: _, ...rest } = failure
  expect(() => failureOfMember(rest)).toThrow(Malformed)
})

test.each(['', 'x'.repeat(1_000_000), 'NoSuchError', 7, null, undefined])(
  'the name of no exception is refused (%#)',
  (name) => {
    expect(() => failureOfMember({ ...failure, name })).toThrow(Malformed)
  },
)

const outsideValues = [
  -1,
  1.5,
  NaN,
  Infinity,
  2 ** 60,
  'text',
  '',
  {},
  [],
  () => 1,
  Symbol('s'),
  1n,
]

test.each(factNames.filter((name) => name !== 'code'))(
  'whatever the fact "%s" is where a failure is made, the failure passes',
  (name) => {
    for (const value of outsideValues) {
      const facts = { [name]: value }
      const made = [
        failureOf(new StorageError('io', 'm', facts)),
        failureWith('UnknownError', 'm', { code: 'ERR_IDB_IO', ...facts }),
        inPlace(failureWith('UnknownError', 'm', { code: 'ERR_IDB_IO' }), facts),
      ]
      for (const one of made) expect(failureOfMember(structuredClone(one))).toEqual(one)
    }
  },
)

test('a DOMException of another name is an unexpected error', () => {
  const unknown = failureOf(new DOMException('slow', 'TimeoutError'))
  expect(unknown).toMatchObject({ name: 'UnknownError', detail: 'slow' })
  expect(failureOfMember(unknown)).toEqual(unknown)
})

test.each(thrownValues)('the failure that %s becomes passes', (_, make) => {
  const below = new StorageError('io', 'm', { cause: make() })
  for (const [thrown, code] of [
    [make(), 'ERR_IDB_INTERNAL'],
    [below, 'ERR_IDB_IO'],
  ] as const) {
    const made = failureOf(thrown)
    expect(failureOfMember(structuredClone(made))).toEqual(made)
    expect(made.facts?.code).toBe(code)
  }
})
