/** What a transaction is told that could not go on at the next owner. */
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { failure, textOf } from '../../../src/errors.ts'
import { notBroughtOver } from '../../../src/membership/session/reasons.ts'

const database = 'books'

test('a transaction whose files are lost says so, with their code, and not that its owner is', () => {
  const known = { code: 'ERR_IDB_FILES_LOST', path: 'data', database } as const
  const cause = failure('UnknownError', 'Its directory was moved', known)
  const told = notBroughtOver('disconnected', { database, cause })
  assert.deepEqual([told.name, told.facts], ['UnknownError', cause.facts])
  assert.equal(
    textOf(told),
    'A transaction of database "books" was aborted: Its directory was moved',
  )
})

test('a transaction whose database was closed meanwhile says that its owner was lost', () => {
  const cause = failure('AbortError', 'It was closed', { code: 'ERR_IDB_CLOSED', database })
  const told = notBroughtOver('disconnected', { database, cause })
  assert.deepEqual([told.name, told.facts?.code], ['AbortError', 'ERR_IDB_OWNER_LOST'])
  assert.match(textOf(told), /its database has changed since \(It was closed\)$/)
})
