/** What `postgres()`, `installPostgres()` and `postgresStatus()` take and give. Types only, so that their declarations lead to nothing inside the package. */

/** Where the tables are, and how the server is reached. */
export interface ServerOptions {
  /**
   * The server, as a URL: `postgres://user:password@host:5432/database`; with several hosts (`host1:5432,host2:5432`), or a list of URLs,
   * the one that takes writes is found. On a Unix socket: `postgres:///database?host=/var/run/postgresql`. Where it is undefined, as an
   * environment variable may be, a TypeError says so.
   */
  readonly connectionString: string | readonly string[] | undefined
  /** The schema with the tables. Default: `idb_everywhere`. */
  readonly schema?: string | undefined
  /**
   * What `tls.connect()` of Node is to know in addition, such as `{ ca }`. A server that is not on this machine is reached by TLS alone, and its
   * certificate has to be right, unless the URL has `sslmode=disable` or `sslmode=no-verify`; with this option, one on this machine, too, but
   * not over a Unix socket.
   */
  readonly tls?: object | undefined
  /** For how long, in milliseconds, a server is looked for that takes writes. Default: 30,000. */
  readonly waitMs?: number | undefined
}

/** What `postgres()` takes. */
export interface PostgresOptions extends ServerOptions {
  /**
   * The same server without the pooler, where `connectionString` leads to one in transaction mode, such as pgbouncer: messages between
   * processes need a connection that stays the same. Each process has one of these.
   */
  readonly directConnectionString?: string | readonly string[] | undefined
  /**
   * What the durability hint `default` means. `strict` (the default): the server's disk has a transaction before it is told to be complete;
   * `relaxed`: a crash of the server may lose the latest ones.
   */
  readonly durability?: 'relaxed' | 'strict' | undefined
  /** How many connections to the server there are at most, in addition to one for messages. Default: 10. */
  readonly connections?: number | undefined
}

/** What `installPostgres()` takes. */
export interface InstallPostgresOptions extends ServerOptions {
  /** A role that is given the rights to use the tables, and no others. Default: none is given any. */
  readonly role?: string | undefined
}

/** What `postgresStatus()` says. */
export interface PostgresStatus {
  /** The database of the server, and the role that asks. */
  readonly database: string
  readonly role: string
  /** Such as `18.4`. */
  readonly serverVersion: string
  /** How many standbys follow the server. */
  readonly standbys: number
  /** Whether a commit waits for any. */
  readonly waitsForStandbys: boolean
  readonly schema: string
  /** Of its tables; null: it has none, and so no databases. */
  readonly format: number | null
  readonly databases: readonly {
    readonly name: string
    readonly version: number
    readonly records: number
    /** How many are open, of all processes. */
    readonly connections: number
  }[]
  /** Those that count: neither ended, nor unseen for 30 seconds. */
  readonly processes: readonly {
    /** Names it in the `blockers` of a `blocked` event. */
    readonly id: string
    /** How long ago it renewed its row. */
    readonly seenMs: number
    readonly connections: number
    /** The `application_name` of its connection string, `idb-everywhere` if there is none; null: it has no connection for messages now. */
    readonly application: string | null
    /** Where the server sees it come from; null: over a Unix socket, or the role that asks may not know. */
    readonly address: string | null
    /** To which databases its connections are, in the order of names. */
    readonly databases: readonly { readonly name: string; readonly connections: number }[]
  }[]
}
