/** What is said of an import that has failed, whatever the library's text. */
import { expect, test } from 'vitest'
import { importFailure } from '../../../tool/commands/data/import-failure.ts'

function taken(message: string): Error {
  const cause = { code: 'ERR_IDB_NAME_TAKEN', database: 'sh\u001bop' }
  return Object.defineProperty(new DOMException(message, 'ConstraintError'), 'cause', {
    value: cause,
  })
}

test('A name that is taken is known by its code, and the options are those of the command', () => {
  const failure = importFailure(taken('any text'), { file: 'x', replace: false })
  expect(failure).toMatchObject({
    message:
      'There is a database "sh\\u001bop" already; add --replace to put the imported one in its place, or --name to give that another',
    codes: ['ConstraintError', 'ERR_IDB_NAME_TAKEN'],
  })
})

test('Where it was to be replaced, what the library says of the rest is told', () => {
  const text = 'It is there again; the same call with the option resume goes on from there'
  const failure = importFailure(taken(text), { file: 'x', replace: true })
  expect(failure).toMatchObject({
    message: 'It is there again; the same command goes on from there',
    codes: ['ConstraintError', 'ERR_IDB_NAME_TAKEN'],
  })
})
