/** Where the samples of databases on PostgreSQL belong: each has a database of a server's own, with the tables in it. */
import { installPostgres } from 'idb-everywhere/postgres'
import { importBundled } from '../../../kit/bundle.mjs'
import { programChecks } from './programs.mjs'

const { askServer } = (await importBundled('test/kit/ask-server.ts')).module
const { startPostgres, whyNoServer } = (await importBundled('test/kit/postgres-server.ts')).module

/** One list for all: what is installed is kept under the name of its first. */
const libraries = ['pg@8.23.1', 'dexie@4.4.7']

/** null: none has been needed yet. */
let starting = null

async function started() {
  const server = await startPostgres()
  await askServer(server.connectionString, 'CREATE ROLE app LOGIN')
  return server
}

/** Ends the server, if there is one. */
export const stopServer = async () => (await starting)?.stop()

let count = 0

/** The environment of a program. */
async function environment({ isInstalled }) {
  const { connectionString } = await (starting ??= started())
  const name = `sample_${count++}`
  await askServer(connectionString, `CREATE DATABASE ${name}`)
  const own = connectionString.replace('/postgres?', `/${name}?`)
  if (isInstalled) await installPostgres({ connectionString: own })
  return { DATABASE_URL: own, OWNER_URL: own }
}

/** `programChecks()`, with a server in `DATABASE_URL`; none where there can be no server. */
function serverChecks({ isInstalled = true, ...scene }) {
  if (whyNoServer() !== null) return () => []
  return programChecks({
    ...scene,
    libraries,
    env: () => environment({ isInstalled }),
  })
}

/** Puts the databases of a server in place of the global one, as docs/postgres.md does. */
const globalOnServer = `import { install } from 'idb-everywhere'
import { postgres } from 'idb-everywhere/postgres'
install({ host: postgres({ connectionString: process.env.DATABASE_URL }) })
`

/** A database `library` of a factory, with one record. */
const makeLibrary = `const makeLibrary = (factory) => new Promise((resolve, reject) => {
  const request = factory.open('library', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('books').put('SICP', 1)
  request.onsuccess = () => resolve(request.result.close())
  request.onerror = () => reject(request.error)
})
`

const listed = `console.log(await indexedDB.databases())\nprocess.exit()\n`

export const servers = [
  {
    title: 'databases on PostgreSQL',
    mark: 'DATABASE_URL is such as',
    checksOf: serverChecks({ after: listed, prints: /^\[\]$/m }),
  },
  {
    title: 'tables made by a program',
    mark: 'OWNER_URL',
    checksOf: serverChecks({
      isInstalled: false,
      after: `console.log(await installPostgres({ connectionString: process.env.OWNER_URL }))\n`,
      prints: /^false$/m,
    }),
  },
  {
    title: 'the global on PostgreSQL',
    mark: '// indexed-db.js',
    checksOf: serverChecks({ after: listed, prints: /^\[\]$/m }),
  },
  {
    title: `the certificate of a server's authority`,
    mark: 'tls: { ca: ',
    checksOf: serverChecks({ files: { 'ca.pem': '' }, after: listed, prints: /^\[\]$/m }),
  },
  {
    title: 'Dexie on PostgreSQL',
    mark: 'orders on the server',
    checksOf: serverChecks({
      files: { 'indexed-db.js': globalOnServer, 'bunfig.toml': 'preload = ["./indexed-db.js"]\n' },
      after: 'process.exit()\n',
      prints: /^2 orders on the server$/m,
    }),
  },
  {
    title: 'from files to a server',
    mark: 'records on the server`',
    checksOf: serverChecks({
      before: `import { createIndexedDB as make } from 'idb-everywhere'
${makeLibrary}await makeLibrary(make({ path: 'data' }))
`,
      prints: /^library: 1 records on the server$/m,
    }),
  },
  {
    title: 'a backup of all databases of a server',
    mark: '.jsonl`',
    checksOf: serverChecks({
      before: `import { createIndexedDB as make } from 'idb-everywhere'
import { postgres as on } from 'idb-everywhere/postgres'
${makeLibrary}await makeLibrary(make({ host: on({ connectionString: process.env.DATABASE_URL }) }))
`,
      after: `console.log(fs.readdirSync('backup'), fs.readFileSync('backup/library.jsonl', 'utf8'))
process.exit()
`,
      prints: /library\.jsonl[^]*SICP/,
    }),
  },
]
