/** The command line on a PostgreSQL server. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { close, createIndexedDB } from 'idb-everywhere'
import { postgres } from 'idb-everywhere/postgres'
import { importBundled } from '../../kit/bundle.mjs'
import {
  json,
  jsonLines,
  output,
  resultOf,
  startTool,
  temporaryDirectory,
  tool,
} from './command.mjs'
import { makeShop } from './directories.mjs'
import { pageSessions, patternOf, preparePlace, printedBy } from './sessions.mjs'

const { askServer } = (await importBundled('test/kit/ask-server.ts')).module
const { startPostgres, whyNoServer } = (await importBundled('test/kit/postgres-server.ts')).module

const page = new URL('../../../docs/postgres.md', import.meta.url)
const root = temporaryDirectory()
const shop = join(root, 'shop')
let server
/** What names the server, as its superuser. */
let environment

export async function prepareServer() {
  await makeShop(shop)
  if (whyNoServer() !== null) return
  server = await startPostgres()
  await askServer(server.connectionString, 'CREATE ROLE app LOGIN')
  environment = { DATABASE_URL: server.connectionString }
}

export const stopServer = () => server?.stop()

let count = 0

/** A place with tables of its own. */
async function freshPlace() {
  const schema = `tool ${count++}`
  await output(['postgres', 'install', '--schema', schema], { env: environment })
  return `postgres:?schema=${encodeURIComponent(schema)}`
}

const onServer = (args, options) => output(args, { ...options, env: environment })

/** As a role that may do no more than applications have to. */
const asRole = (role) => server.connectionString.replace('postgres@', `${role}@`)

const checks = [
  [
    'on a server, tables are made once, and a role may then use them',
    async () => {
      await askServer(server.connectionString, 'CREATE ROLE clerk LOGIN')
      const install = ['postgres', 'install', server.connectionString, '--schema', 'once']
      assert.equal(await output(install), 'tables in schema once: made\n')
      assert.equal(
        await output([...install, '--role', 'clerk']),
        'tables in schema once: there already\nrole clerk: may use them\n',
      )
      assert.deepEqual(await json(install), { schema: 'once', isNew: false, role: null })
      const place = `${asRole('clerk')}&schema=once`
      await output(['import', place, await exported()])
      assert.match(await output(['ls', place]), /^shop +3$/m)
      const refused = await tool(['postgres', 'install', asRole('clerk')])
      assert.equal(refused.code, 1)
      assert.match(
        refused.stderr,
        /^error: .*does not let this role make the schema.*ERR_IDB_SERVER/,
      )
    },
  ],
  [
    'an installation for a role that is not there makes nothing',
    async () => {
      const install = ['postgres', 'install', '--schema', 'half', '--role', 'nobody']
      const { code, stderr } = await tool(install, { env: environment })
      assert.equal(code, 1)
      assert.match(
        stderr,
        /^error: There is no role "nobody" .*: CREATE ROLE "nobody" LOGIN .* \(UnknownError, ERR_IDB_SERVER\)\n$/,
      )
      const found = await tool(['postgres', 'status', '--schema', 'half'], { env: environment })
      assert.equal(found.code, 3)
      assert.match(found.stdout, /^schema half: no tables; "postgres install" makes them$/m)
    },
  ],
  [
    'a database moves from files to a server and back, and stays the same',
    async () => {
      const place = await freshPlace()
      const [file, back] = [await exported(), join(root, `back-${count}`)]
      assert.equal(await onServer(['import', place, file]), '8 records in shop, version 3\n')
      assert.equal(await onServer(['diff', shop, 'shop', place, 'shop']), 'no differences\n')
      const exportedAgain = await onServer(['export', place, 'shop'])
      await output(['import', back, '-'], { input: exportedAgain })
      assert.equal(await output(['diff', shop, 'shop', back, 'shop']), 'no differences\n')
    },
  ],
  [
    'what looks at a directory looks at a server, and what changes it changes that',
    async () => {
      const place = await freshPlace()
      await onServer(['import', place, await exported()])
      assert.equal(await onServer(['schema', place]), await output(['schema', shop]))
      for (const args of [
        ['dump', 'shop'],
        ['query', 'shop', 'orders', 'Ada', '--index', 'by customer'],
        ['get', 'shop', 'settings', 'logo'],
      ]) {
        const [command, ...rest] = args
        assert.equal(
          await onServer([command, place, ...rest]),
          await output([command, shop, ...rest]),
        )
      }
      assert.equal(
        await onServer(['put', place, 'shop', 'settings', '"dark"', 'theme', '--write']),
        'stored under "theme"\n',
      )
      await onServer(['delete', place, 'shop', 'orders', '..2', '--write'])
      const found = await tool(['diff', shop, 'shop', place, 'shop', '--json'], {
        env: environment,
      })
      assert.equal(found.code, 3)
      assert.equal(found.stdout.trimEnd().split('\n').length, 3)
      assert.equal(
        (await jsonLines(['dump', place, 'shop', 'orders'], { env: environment })).length,
        2,
      )
    },
  ],
  [
    'the status of a server says what is on it, and who uses it',
    async () => {
      const place = await freshPlace()
      await onServer(['import', place, await exported()])
      const schema = decodeURIComponent(place.split('=')[1])
      const found = await json(['postgres', 'status', '--schema', schema], { env: environment })
      const { serverVersion, ...rest } = found
      assert.match(serverVersion, /^\d+\.\d+$/)
      assert.deepEqual(rest, {
        server: new URLSearchParams(server.connectionString.split('?')[1]).get('host'),
        schema,
        database: 'postgres',
        role: 'postgres',
        processes: [],
        standbys: 0,
        waitsForStandbys: false,
        format: 1,
        databases: [{ name: 'shop', version: 3, records: 8, connections: 0 }],
      })
      const text = await onServer(['postgres', 'status', '--schema', schema])
      assert.match(text, /^PostgreSQL .*, takes writes; 0 standbys, commits do not wait for them$/m)
      assert.match(text, /^\/.*, database postgres, as role postgres$/m)
      assert.match(text, /^shop +3 +8 +0$/m)
    },
  ],
  [
    'the status of a server names processes that count, and leaves out those that have ended',
    async () => {
      const place = await freshPlace()
      await onServer(['import', place, await exported()])
      const schema = decodeURIComponent(place.split('=')[1])
      const status = ['postgres', 'status', '--schema', schema]
      const { host, database } = await openHere(place, 'till')
      // One that was killed a minute ago, and one whose row no one needs any more.
      await askServer(
        server.connectionString,
        `INSERT INTO "${schema}".sessions (client, seen) VALUES (gen_random_uuid(), now() - interval '1 minute')`,
      )
      const found = await json(status, { env: environment })
      const [{ id, seenMs, ...process } = {}, ...others] = found.processes
      assert.deepEqual(others, [])
      assert.ok(seenMs >= 0 && seenMs < 30_000)
      assert.match(id, /^[\da-f-]{36}$/)
      const databases = [{ name: 'shop', connections: 1 }]
      assert.deepEqual(process, { connections: 1, application: 'till', address: null, databases })
      assert.equal(found.databases[0]?.connections, 1)
      const text = await onServer(status)
      assert.match(text, /, in use by 1 process$/m)
      assert.match(text, /^till +1 +shop +\d+ s ago$/m)
      database.close()
      await close(host)
    },
  ],
  [
    'the sessions of the page on PostgreSQL, on a server, print what it says',
    async () => {
      const cwd = temporaryDirectory()
      const env = { ...(await preparePlace(cwd)), ...environment }
      await output(['export', join(cwd, 'data'), 'shop', join(cwd, 'shop.jsonl')])
      for (const { command, printed } of pageSessions(page)) {
        const pattern = patternOf(command, printed)
          .source.replace('18\\.4', '\\d+\\.\\d+')
          .replace(/\^db.*as role app/, '^.*, database postgres, as role postgres')
        assert.match(await printedBy(command, { cwd, env }), new RegExp(pattern), command)
      }
    },
  ],
  [
    'the inspector shows the databases of a server',
    async () => {
      const place = await freshPlace()
      await onServer(['import', place, await exported()])
      const inspector = startTool(['inspect', place, '--json'], { env: environment })
      const ended = resultOf(inspector)
      const [line] = await once(inspector.stdout, 'data')
      const { url } = JSON.parse(line)
      assert.equal((await fetch(url)).status, 200)
      inspector.kill('SIGINT')
      const { code, stderr } = await ended
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    },
  ],
  [
    'no message shows what may hold a password',
    async () => {
      const secrets = [
        'postgres://ann:hunter2@127.0.0.1:1/x?sslmode=hunter2',
        'postgres://ann:hunter2@/x?host=/tmp/nowhere',
        'mysql://ann:hunter2@host/x',
      ]
      for (const secret of secrets) {
        for (const args of [
          ['ls', secret],
          ['schema', secret],
          ['check', secret],
          ['postgres', 'install', secret],
        ]) {
          const { code, stdout, stderr } = await tool(args)
          assert.notEqual(code, 0)
          assert.doesNotMatch(stdout + stderr, /hunter2|ann:/)
          assert.match(stderr, /^error: /)
        }
      }
    },
  ],
  [
    'commands about files say so of a server',
    async () => {
      const about = {
        check: '; on a server, "export" reads all of a database and says what cannot be read',
        compact: '; a server gives space free by itself',
        doctor: '; of a server, "postgres status" says how it does',
        status: '; of a server, "postgres status" says who uses it',
        salvage: '; of a server, there are its backups',
        bench: '',
      }
      for (const [command, instead] of Object.entries(about)) {
        const { code, stderr } = await tool([command, 'postgres:'], { env: environment })
        assert.equal(code, 2)
        const message = 'This command is about files: name a directory in place of a server'
        assert.equal(stderr, `error: ${message}${instead}\n`)
      }
    },
  ],
  [
    'what begins with postgres: and names no server, or has an unknown parameter, is refused on a server',
    async () => {
      const shape = /^error: A server is postgres:\/\/user@host\/database, with two slashes, /
      for (const [place, message] of [
        ['postgres:garbage', shape],
        ['postgres:/app:hunter2@host/app', shape],
        ['postgres:?shema=shop', /^error: "postgres:" has no parameter "shema"; it may be /],
        ['postgres:?SCHEMA=shop', /^error: "postgres:" has no parameter "SCHEMA"; /],
        ['postgres:?schema=shop&x=1', /^error: "postgres:" has no parameter "x"; /],
      ]) {
        for (const command of [['ls'], ['postgres', 'status']]) {
          const { code, stderr } = await tool([...command, place], { env: environment })
          assert.equal(code, 2)
          assert.match(stderr, message)
          assert.doesNotMatch(stderr, /hunter2/)
        }
      }
      const { code, stderr } = await tool(['ls', 'postgres:'], { env: { PGHOST: '' } })
      assert.equal(code, 2)
      assert.match(stderr, /^error: No server is named: neither DATABASE_URL nor PGHOST is set; /)
    },
  ],
  [
    'a server that the environment names and that cannot be reached is named, without its password',
    async () => {
      const url = 'postgres://ann:hunter2@127.0.0.1:1/x'
      for (const [env, where] of [
        [{ DATABASE_URL: url }, 'DATABASE_URL names it'],
        [{ PGHOST: '127.0.0.1', PGPORT: '1', PGPASSWORD: 'hunter2' }, 'PGHOST names it'],
      ]) {
        for (const args of [
          ['ls', 'postgres:'],
          ['postgres', 'status', '--wait', '0'],
        ]) {
          const { code, stderr } = await tool(args, { env })
          assert.equal(code, 1)
          assert.match(stderr, /^error: The PostgreSQL server 127\.0\.0\.1:1 cannot be used: /)
          assert.match(stderr, new RegExp(`; ${where} \\(UnknownError, ERR_IDB_UNREACHABLE`))
          assert.doesNotMatch(stderr, /hunter2/)
        }
      }
    },
  ],
  [
    'a schema without tables on a server is named, and what makes them',
    async () => {
      const { code, stderr } = await tool(['ls', 'postgres:?schema=nix'], { env: environment })
      assert.equal(code, 1)
      assert.match(
        stderr,
        /^error: Schema "nix" on the PostgreSQL server has no tables of idb-everywhere; "postgres install" with --schema makes them, .*ERR_IDB_NOT_INSTALLED/,
      )
    },
  ],
  [
    'what a server or its URL lacks is said in the words of the command line',
    async () => {
      const schema = `tool ${count}`
      await freshPlace()
      await askServer(server.connectionString, 'CREATE ROLE stranger LOGIN')
      const refused = await tool([
        'ls',
        `${asRole('stranger')}&schema=${encodeURIComponent(schema)}`,
      ])
      assert.equal(refused.code, 1)
      assert.match(
        refused.stderr,
        /; the owner of the tables gives a role its rights with "postgres install --role", .*ERR_IDB_SERVER\)$/m,
      )
      const url = 'postgres://ann:hunter2@localhost/x?pgbouncer=true'
      for (const [place, env, start] of [
        [url, {}, 'The URL of the server'],
        ['postgres:', { DATABASE_URL: url }, 'DATABASE_URL'],
      ]) {
        for (const command of [['ls'], ['postgres', 'status']]) {
          const { code, stderr } = await tool([...command, place], { env })
          assert.equal(code, 2)
          assert.match(stderr, new RegExp(`^error: ${start} has the parameter "pgbouncer", `))
          assert.doesNotMatch(stderr, /hunter2/)
        }
      }
      const env = { PGHOST: 'localhost', PGSSLMODE: 'strange' }
      assert.match(
        (await tool(['ls', 'postgres:'], { env })).stderr,
        /^error: The server of PGHOST and its like has an "sslmode" that is not known/,
      )
    },
  ],
  [
    'a database of a server is deleted, once programs have closed it',
    async () => {
      const place = await freshPlace()
      await onServer(['import', place, await exported()])
      const [database] = (await json(['ls', place], { env: environment })).databases ?? []
      assert.equal(database?.name, 'shop')
      const missing = await tool(['rm', place, 'shp', '--yes'], { env: environment })
      assert.match(missing.stderr, /^error: There is no database "shp"; /)
      const { code, stderr } = await tool(['rm', place, 'shop'], { env: environment })
      assert.equal(code, 2)
      assert.match(stderr, /add --yes to delete without being asked/)
      const { host, database: held } = await openHere(place)
      for (const args of [
        ['rm', place, 'shop', '--yes', '--wait', '0'],
        ['import', place, await exported(), '--replace', '--wait', '0'],
      ]) {
        const blocked = await tool(args, { env: environment })
        assert.equal(blocked.code, 1)
        assert.match(
          blocked.stderr,
          /^error: Database "shop" is open in process "held", and was not (?:deleted|replaced); "postgres status" shows who uses the server.*ERR_IDB_BLOCKED\)$/m,
        )
      }
      held.close()
      await close(host)
      assert.equal(await onServer(['rm', place, 'shop', '--yes']), 'deleted "shop", version 3\n')
      assert.doesNotMatch(await onServer(['ls', place]), /^shop +3/m)
    },
  ],
]

/** None where there can be no server. */
export const serverChecks = whyNoServer() === null ? checks : []

/** The shop of a place, open in this process, which does not close it when it is asked to. */
async function openHere(place, application = 'held') {
  const schema = decodeURIComponent(place.split('=')[1])
  const host = createIndexedDB({
    host: postgres({
      connectionString: `${server.connectionString}&application_name=${application}`,
      schema,
    }),
    explain: false,
  })
  const request = host.open('shop')
  await once(request, 'success')
  return { host, database: request.result }
}

/** The shop as a file. */
async function exported() {
  const file = join(root, `shop-${count++}.jsonl`)
  await output(['export', shop, 'shop', file])
  return file
}
