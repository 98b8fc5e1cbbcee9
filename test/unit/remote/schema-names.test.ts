/** Names of schemas, which a server takes up to 63 bytes of. */
import { expect, test } from 'vitest'
import { installPostgres, postgres } from '../../../src/remote/entry.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { openDatabase } from '../../kit/promises.ts'

const connectionString = 'postgres://localhost/library'

for (const schema of ['é'.repeat(32), '€'.repeat(22), 'x'.repeat(64), '\ud800', '']) {
  test(`${JSON.stringify(schema)} names no schema`, () => {
    expect(() => postgres({ connectionString, schema })).toThrow('at most 63 bytes in UTF-8')
  })
}

onServer('long names of schemas', ({ factory, connectionString: server }) => {
  for (const schema of ['€'.repeat(21), 'x'.repeat(63)]) {
    test(`processes work together in ${schema}`, async () => {
      await installPostgres({ connectionString: server(), schema })
      const database = await openDatabase(await factory({ schema }), () => {})
      database.onversionchange = () => database.close()
      const other = await openDatabase(await factory({ schema }), () => {}, { version: 2 })
      expect(other.version).toBe(2)
    })
  }
})
