/** While a server that takes writes is looked for. */
import { expect, test } from 'vitest'
import { close } from '../../../src/index.ts'
import { resultOf } from '../../kit/promises.ts'
import { remoteFactory } from '../../kit/postgres-schema.ts'

test(
  'it is warned of once, with what each server has answered, and nothing else of the connection string',
  { timeout: 30_000 },
  async () => {
    const connectionString = [
      'postgres://ann:secret@/library?host=/tmp/nowhere',
      'postgres://ann:secret@localhost:1/library',
    ]
    const warnings: Error[] = []
    const options = { connectionString, waitMs: 6_000 }
    const indexedDB = remoteFactory(options, (warning) => warnings.push(warning))
    for (let i = 0; i < 2; i++) {
      await expect(resultOf(indexedDB.open('test'))).rejects.toMatchObject({
        cause: { code: 'ERR_IDB_UNREACHABLE' },
      })
    }
    expect(warnings).toMatchObject([
      {
        name: 'UnknownError',
        message:
          'None of 2 PostgreSQL servers can be used: /tmp/nowhere/.s.PGSQL.5432: there is no such socket (ENOENT); localhost:1: nothing listens there (ECONNREFUSED); one that takes writes is looked for, for 6 s in all ("waitMs")',
        cause: { code: 'ERR_IDB_UNREACHABLE', systemCode: 'ENOENT' },
      },
    ])
    await close(indexedDB)
  },
)
