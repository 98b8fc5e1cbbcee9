/** Databases on a PostgreSQL server: `idb-everywhere/postgres`. */
export { installPostgres } from './install.ts'
export type { InstallPostgresOptions, PostgresOptions, ServerOptions } from './server-options.ts'
export { postgres } from './postgres.ts'
export type { DatabaseHost } from '../options/indexeddb-options.ts'
