import type { ProblemKind } from 'idb-everywhere/maintenance'
import { expect, test } from 'vitest'
import { linesOf } from '../../../tool/commands/care/check.ts'

const checked = (kind: ProblemKind): string[] =>
  linesOf({
    name: 'shop',
    file: 'f.sqlite',
    version: 2,
    records: 1,
    problems: [{ kind, message: 'it is found', count: 1, keys: [] }],
  })

test('A type that this runtime lacks is shown, and the database is sound', () => {
  expect(checked('unavailable-type')).toEqual(['✓ shop, version 2, 1 record', '  ! it is found'])
  expect(checked('value')).toEqual(['✗ shop, version 2, 1 record', '  ✗ it is found'])
})
