import { expect, test } from 'vitest'
import {
  StorageError,
  domException,
  errorCodes,
  exceptionOf,
  failure,
  failureOf,
  type IDBErrorFacts,
} from '../../src/errors.ts'
import { documentedFacts, errorRows } from '../kit/documented-errors.ts'

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

test('docs/errors.md has a row for each code, and for no other', () => {
  const documented = errorRows.map(([, code]) => code?.replaceAll('`', ''))
  expect(documented.sort()).toEqual([...errorCodes].sort())
})

test('each row says the exception, when, and what to do', () => {
  for (const row of errorRows) {
    expect(row).toHaveLength(7)
    const [, code, exception, when, , what] = row
    expect(exception, code).toMatch(/^`[A-Z][A-Za-z]+Error`|`TypeError`/)
    expect([when, what], code).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)])
  }
})

test('the facts that the rows name are those that a cause may have', () => {
  const facts: Required<Omit<IDBErrorFacts, 'code'>> = {
    path: 'p',
    database: 'd',
    file: 'd.sqlite',
    owner: null,
    systemCode: 'EIO',
    sqliteCode: 10,
    limit: 1,
    size: 2,
    option: 'path',
    format: 2,
    supportedFormat: 1,
    store: 's',
    index: 'i',
    key: '1',
    primaryKey: '2',
    keyPath: 'k',
    valuePath: 'value.f',
    found: 'a function',
    names: ['s'],
    nearest: 's',
    version: 2,
    requestedVersion: 1,
    stores: ['s'],
    created: 'f (a.js:1:2)',
    lastRequest: 'f (a.js:2:2)',
    opened: ['f (a.js:1:2)'],
    blockers: [{ holder: 'here', id: null, pid: null, thread: null, connections: 1, opened: [] }],
    used: 'f (a.js:3:2)',
  }
  const documented = new Set([...documentedFacts().values()].flat())
  expect([...documented].sort()).toEqual(Object.keys(facts).sort())
})

test('an exception keeps its facts when it crosses the seam again', () => {
  const facts = { code: 'ERR_IDB_QUOTA', limit: 5, path: 'p' } as const
  const exception = domException('QuotaExceededError', 'no room', facts)
  const again = failureOf(exception, { path: 'other', database: 'd' })
  expect(again).toEqual({
    name: 'QuotaExceededError',
    message: 'no room',
    detail: null,
    facts: { ...facts, database: 'd' },
  })
})

test("a cause that is someone else's is not passed on", () => {
  const exception = new DOMException('m', 'NotReadableError')
  Object.defineProperty(exception, 'cause', { value: { code: 'ERR_IDB_IO', path: {} } })
  expect(failureOf(exception).facts).toBe(null)
})

test('the message of a cause is what lies under the exception', () => {
  const below = Object.assign(new Error('write failed'), { code: 'EIO' })
  const error = new StorageError('io', 'Database "d": syncing the file failed', { cause: below })
  const { cause, message } = exceptionOf(failureOf(error))
  expect(message).toBe('Database "d": syncing the file failed: write failed')
  expect(cause).toMatchObject({ message: 'write failed', code: 'ERR_IDB_IO', systemCode: 'EIO' })
})
