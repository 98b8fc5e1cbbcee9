/** No error shows a connection string, wherever it was passed. */
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createIndexedDB } from '../../../src/index.ts'
import { installPostgres, postgres, postgresStatus } from '../../../src/remote/entry.ts'

const urls = [
  'postgres://ann:hunter2@host:5432/library',
  'postgresql://ann:hunter2@host/library',
  ' "postgres:/ann:hunter2@host/library',
  'POSTGRES:ann:hunter2',
  'mysql://ann:hunter2@host/library',
  'host=db user=ann password=hunter2',
]

/** All that a program may print of what `attempt` fails with. */
async function told(attempt: () => unknown): Promise<string> {
  try {
    await attempt()
  } catch (error) {
    return inspect(error, { depth: 9, showHidden: true }).replace(/^ *at .*$/gm, '')
  }
  return 'it went through'
}

// What is wrong on purpose has no type.
const wrong = <Type>(value: unknown): Type => value as Type

const names = [
  'connectionString',
  'directConnectionString',
  'schema',
  'tls',
  'waitMs',
  'durability',
  'connections',
  'role',
]

const places: [name: string, attempt: (url: string) => unknown][] = [
  ...Object.entries({ postgres, installPostgres, postgresStatus }).flatMap(
    ([name, give]): typeof places => [
      [`${name}(url)`, (url) => give(wrong(url))],
      [`${name}([url])`, (url) => give(wrong([url]))],
      [
        `${name}({ connectionString: [url, 5] })`,
        (url) => give(wrong({ connectionString: [url, 5] })),
      ],
      [
        `${name}({ connectionString: { url } })`,
        (url) => give(wrong({ connectionString: { url } })),
      ],
      [`${name}({ unknown: url })`, (url) => give(wrong({ unknown: url }))],
      [`${name}({ [url]: true })`, (url) => give(wrong({ [url]: true }))],
    ],
  ),
  ...names.slice(2).map((name): (typeof places)[number] => [
    `postgres() with ${name}: url`,
    (url) => {
      const give = name === 'role' ? installPostgres : postgres
      return give(wrong({ connectionString: 'postgres:///library', [name]: url }))
    },
  ]),
  ['createIndexedDB(url)', (url) => createIndexedDB(wrong(url))],
  ['createIndexedDB({ [url]: true })', (url) => createIndexedDB(wrong({ [url]: true }))],
  ...['vfs', 'durability', 'ifLocked', 'waitMs', 'onWarning', 'wasm', 'port', 'host'].map(
    (name): (typeof places)[number] => [
      `createIndexedDB() with ${name}: url`,
      (url) => createIndexedDB(wrong({ [name]: url })),
    ],
  ),
]

test.each(places)('%s shows nothing of it', async (_, attempt) => {
  for (const url of urls) {
    const text = await told(() => attempt(url))
    expect(text).toContain('ERR_IDB_INVALID_OPTION')
    expect(text).not.toMatch(/hunter2|ann/)
  }
})

test('a connection string that was never set is told as one, with what to do', async () => {
  for (const options of [{}, { connectionString: undefined }]) {
    for (const give of [postgres, installPostgres, postgresStatus]) {
      expect(await told(() => give(wrong(options)))).toMatch(
        /"connectionString" is missing, or undefined.*see that the variable is set/,
      )
    }
  }
})

test.each(['durability', 'waitMs'])(
  '%s beside host is told to be an option of postgres()',
  (name) => {
    const host = postgres({ connectionString: 'postgres:///library' })
    const value = name === 'waitMs' ? 1 : 'strict'
    expect(() => createIndexedDB({ host, [name]: value })).toThrow('it is an option of postgres()')
    expect(() => createIndexedDB({ host, cache: 2 ** 21 })).toThrow('it concerns files')
  },
)
