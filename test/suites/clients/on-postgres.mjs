/** Puts our IndexedDB on the global object, its databases on the server and in the schema that the environment names. */
import process from 'node:process'

const built = (name) => import(new URL(`../../../dist/${name}`, import.meta.url).href)
const { install } = await built('index.js')
const { postgres } = await built('postgres.js')

const { IDB_TEST_SERVER: connectionString, IDB_TEST_SCHEMA: schema } = process.env
install({ host: postgres({ connectionString, schema }) })
