import { expect, test } from 'vitest'
import { serverAddresses } from '../../../src/remote/wire/server-address.ts'
import { postgres } from '../../../src/remote/postgres.ts'
import type { PostgresOptions } from '../../../src/remote/server-options.ts'

const common = {
  user: undefined,
  password: undefined,
  database: undefined,
  applicationName: 'idb-everywhere',
}

test('a connection string names a server, and as whom to use it', () => {
  expect(serverAddresses('postgres://ann:p%40ss:word@db.example.com:6000/library')).toEqual([
    {
      ...common,
      host: 'db.example.com',
      port: 6000,
      user: 'ann',
      password: 'p@ss:word',
      database: 'library',
      tls: 'verified',
      shown: 'db.example.com:6000',
    },
  ])
})

test.each([
  'postgres://ann:12/sec@host/library',
  'postgres://ann:pa@ss@host/library',
  'postgres://ann%3Apass%40host/library',
  'postgres://ann:12/library?password=p@ss',
])('no host of %j is shown, as it may be of a password', (connectionString) => {
  expect(serverAddresses(connectionString).map(({ shown }) => shown)).toEqual([null])
})

test('several hosts, in one string or in several, are several servers', () => {
  const places = (text: string | string[]) =>
    serverAddresses(text).map(({ host, port }) => `${host}:${port}`)
  expect(places('postgresql://a:1,[::1]:2,c/x')).toEqual(['a:1', '::1:2', 'c:5432'])
  expect(places(['postgres://a/x', 'postgres://b:7/x'])).toEqual(['a:5432', 'b:7'])
})

test('a server on this machine may be reached in the clear, every other by verified TLS', () => {
  const tls = (text: string) => serverAddresses(text)[0]?.tls
  expect(tls('postgres:///library?host=/run/postgresql')).toBe('off')
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    expect(tls(`postgres://${host}/library`)).toBe('off')
  }
  for (const query of ['', '?sslmode=prefer', '?sslmode=require', '?sslmode=verify-full']) {
    expect(tls(`postgres://10.0.0.1/library${query}`)).toBe('verified')
  }
  expect(tls('postgres://10.0.0.1/library?sslmode=no-verify')).toBe('unverified')
  expect(tls('postgres://10.0.0.1/library?sslmode=disable')).toBe('off')
})

test('a configuration of TLS switches it on for this machine, but for a socket', () => {
  const tls = (text: string) => serverAddresses(text, { wantsTls: true })[0]?.tls
  for (const query of ['', '?sslmode=prefer', '?sslmode=allow']) {
    expect(tls(`postgres://localhost/library${query}`)).toBe('verified')
  }
  expect(tls('postgres://localhost/library?sslmode=no-verify')).toBe('unverified')
  expect(tls('postgres://localhost/library?sslmode=disable')).toBe('off')
  expect(tls('postgres:///library?host=/run/postgresql')).toBe('off')
})

test('an sslmode that is not known is answered by those that are', () => {
  const open = () => serverAddresses('postgres://ann:secret@host/library?sslmode=foo')
  expect(open).toThrow(
    /^Option "connectionString" has an "sslmode" that is not known; there are verify-full, .* and disable \(the connection string is not shown, as it may hold a password\)$/,
  )
})

test.each([
  'mysql://secret@host/library',
  'secret',
  'postgres://ann:secret@host:port/library',
  'postgres://ann:secret@host:99999/library',
  'postgres://ann:sec%ret@host/library',
  'postgres://ann:secret@host/library?sslmode=secret',
  'postgres://ann:sec?ret&x@host/library',
  'postgres://ann:secret@host/library?sec ret=1',
  'postgres://ann:secret@host/library?pgbouncer=secret',
])('%j is refused, and is not shown', (connectionString) => {
  expect(() => postgres({ connectionString })).toThrow(
    expect.objectContaining({
      code: 'ERR_IDB_INVALID_OPTION',
      option: 'connectionString',
      message: expect.not.stringMatching(/sec|ann:/),
    }),
  )
})

test('a parameter that is not known is named, and its value is not', () => {
  const open = (parameters: string) => () =>
    postgres({ connectionString: `postgres://ann:secret@host/library?${parameters}` })
  expect(open('sslmode=require&pgbouncer=true')).toThrow(
    'has the parameter "pgbouncer", which is not known here; leave it out',
  )
  expect(open('sslrootcert=ca.pem')).toThrow('as { ca }, or name its file')
  expect(open('sslkey=key.pem')).toThrow('as { cert, key }')
  expect(open('schema=public')).toThrow('"schema", which is not known here; give it as the option')
})

test('an option that postgres() does not know is refused by its name', () => {
  const options = { connectionString: 'postgres://host/library', poolSize: 3 }
  expect(() => postgres(options)).toThrow('Unknown option "poolSize"; there are "connectionString"')
  const misspelled = { connectonString: 'postgres://ann:secret@host/library' }
  expect(() => postgres(misspelled as object as PostgresOptions)).toThrow(
    /^Unknown option "connectonString"; did you mean "connectionString"\? There are "connectionString", .*"connections"$/,
  )
  expect(() => postgres({ connectionString: 'postgres://host/library', connections: 0 })).toThrow(
    'Expected option "connections" to be a number from 1 up, got 0',
  )
})
