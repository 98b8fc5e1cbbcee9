import { expect, test } from 'vitest'
import { domException } from '../../../src/errors.ts'
import { ofDatabase } from '../../../src/snapshot/of-database.ts'

test('an error that names its database keeps its message, and gets the fact', () => {
  const message = 'Database "shop" is damaged'
  const error = domException('UnknownError', message, { code: 'ERR_IDB_CORRUPT' })
  const named = ofDatabase(error, 'shop')
  expect(named).toMatchObject({ message, cause: { code: 'ERR_IDB_CORRUPT', database: 'shop' } })
})

test('the database in which an import was tried is not taken for the one that was imported', () => {
  const trial = 'shop (import)'
  const facts = { code: 'ERR_IDB_IO', database: trial } as const
  const error = domException('UnknownError', `Database "${trial}" cannot be written`, facts)
  expect(ofDatabase(error, 'shop')).toMatchObject({
    name: 'UnknownError',
    message: `Database "${trial}" cannot be written; database "shop" was being imported`,
    cause: { database: 'shop' },
  })
})

test.each([
  ["a signal's own reason", new DOMException('Enough', 'AbortError')],
  ['an error of a program', new Error('Not this one')],
  ['what is no error', undefined],
])('%s stays as it is', (_, thrown) => {
  expect(ofDatabase(thrown, 'shop')).toBe(thrown)
})
