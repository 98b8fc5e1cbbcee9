/** Databases on a PostgreSQL server: `idb-everywhere/postgres`. */
export { installPostgres } from './setup/install.ts'
export { postgres } from './postgres.ts'
export type {
  InstallPostgresOptions,
  PostgresOptions,
  PostgresStatus,
  ServerOptions,
} from './server-options.ts'
export { postgresStatus } from './setup/status.ts'
export type { DatabaseHost } from '../options/indexeddb-options.ts'
