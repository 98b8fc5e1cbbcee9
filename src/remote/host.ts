/** The host of a schema on a server: a second implementation of the protocol, beside the one on files. */
import { exceptionOf, type Failure, failure } from '../errors.ts'
import type { QueuedRequest } from '../host/requests/queued-request.ts'
import type { DatabaseLoad } from '../protocol/load.ts'
import type {
  AttachListener,
  CommitMark,
  CommitOutcome,
  DeleteListener,
  HostRequest,
  ObservableHost,
  OpenListener,
  Receiver,
} from '../protocol/protocol.ts'
import { Flusher } from './flusher.ts'
import { remoteLimits } from './limits.ts'
import type { ServerSettings } from './options.ts'
import { Pool } from './pool.ts'
import { againAfterLoss } from './after-loss.ts'
import { deleteDatabase } from './requests/delete-database.ts'
import { DatabaseList } from './requests/list-databases.ts'
import { NamedDatabase } from './requests/named-database.ts'
import { openDatabaseConnection } from './requests/open-database.ts'
import { RequestQueue } from './requests/request-queue.ts'
import { remoteFailure } from './server-failures.ts'
import type { HostServices, UnderWay } from './services.ts'
import { Session } from './session/session.ts'
import { sqlOn } from './sql/sql.ts'
import { Connector } from './wire/connect.ts'
import type { Patience } from './wire/patience.ts'

/** What a host needs. */
export interface RemoteHostOptions {
  readonly settings: ServerSettings
  readonly durability: 'relaxed' | 'strict'
  /** How many connections to the server transactions have at most. */
  readonly connections: number
  /** Takes what answers no call. */
  readonly report: (failure: Failure) => void
  /** Of those who use the host. */
  readonly patience: Patience
}

/** Makes a host. It touches the server when first asked for something, and again when asked after `close()`. */
export function createRemoteHost(options: RemoteHostOptions): ObservableHost {
  return new RemoteHost(options)
}

/** What this process has under a name. */
interface Named {
  readonly database: NamedDatabase
  readonly queue: RequestQueue
}

class RemoteHost implements ObservableHost {
  readonly #services: HostServices
  readonly #named = new Map<string, Named>()
  readonly #list: DatabaseList

  constructor(options: RemoteHostOptions) {
    this.#services = servicesOf(options)
    this.#list = new DatabaseList(this.#services)
  }

  databases(receiver: Receiver<readonly { readonly name: string; readonly version: number }[]>) {
    const listed = againAfterLoss(() => this.#list.read())
    // What they change comes after what was asked in them.
    for (const upgrade of this.#services.upgrades) upgrade.keepUntil(listed)
    listed.then(
      (databases) => receiver.done(databases),
      (error: unknown) => receiver.failed(remoteFailure(error, { schema: this.#services.schema })),
    )
  }

  open(name: string, version: number | undefined, listener: OpenListener): HostRequest {
    return this.#request(name, listener, (named, request) =>
      openDatabaseConnection({ named, requested: version, listener, request }),
    )
  }

  delete(name: string, listener: DeleteListener): HostRequest {
    return this.#request(name, listener, (named, request) =>
      deleteDatabase(named, listener, request),
    )
  }

  attach(_name: string, _version: number, listener: AttachListener): void {
    listener.failed(
      failure('NotFoundError', 'Connections outlive no owner of a database on a server'),
    )
  }

  outcomeOf(_name: string, _mark: CommitMark, receiver: Receiver<CommitOutcome>): void {
    receiver.done('unknown')
  }

  forgetMarks(): void {}

  forgetDeletion(): void {}

  load(): readonly DatabaseLoad[] {
    return Array.from(this.#named.values(), loadOf)
  }

  async close(): Promise<void> {
    const all = [...this.#named.values()]
    this.#named.clear()
    await Promise.all(all.map(closeNamed))
    await this.#services.pool.close()
    await this.#services.session.end()
  }

  #request(
    name: string,
    listener: OpenListener | DeleteListener,
    process: (named: NamedDatabase, request: QueuedRequest) => Promise<void>,
  ): HostRequest {
    const { database, queue } = this.#namedOf(name)
    return queue.add(listener, async (request) => {
      try {
        await process(database, request)
      } catch (error) {
        const { schema } = this.#services
        throw exceptionOf(remoteFailure(error, { schema, database: name }))
      }
    })
  }

  #namedOf(name: string): Named {
    const known = this.#named.get(name)
    if (known) return known
    this.#dropUnused()
    const named = {
      database: new NamedDatabase(name, this.#services),
      queue: new RequestQueue(name),
    }
    this.#named.set(name, named)
    return named
  }

  /** So that the names of databases which were used once do not gather. */
  #dropUnused(): void {
    for (const [name, { database, queue }] of this.#named) {
      if (queue.length === 0 && database.connections.size === 0) this.#named.delete(name)
    }
  }
}

function servicesOf({
  settings,
  durability,
  connections,
  report,
  patience,
}: RemoteHostOptions): HostServices {
  const { schema, reaching, direct } = settings
  const sql = sqlOn(schema)
  const connector = new Connector(reaching, report, patience)
  const session = new Session({
    schema,
    sql,
    connector: direct ? new Connector(direct, report, patience) : connector,
    report,
    serverCount: (direct ?? reaching).addresses.length,
    pool: () => pool,
  })
  const statements = sql.transactions
  const pool = new Pool({
    schema,
    connector,
    statements,
    most: connections,
    idleMs: reaching.idleMs,
    client: () => session.ready(),
    revive: () => session.check(),
    findUnused: (processes) => session.findUnused(processes, reaching.idleMs),
  })
  const upgrades = new Set<UnderWay>()
  const others = { flusher: new Flusher(), upgrades, limits: remoteLimits, durability, report }
  return { schema, sql, pool, session, ...others }
}

function loadOf({ database, queue }: Named): DatabaseLoad {
  const counts = [...database.connections].map((it) => it.countTransactions())
  return {
    name: database.name,
    version: database.current?.schema.version ?? 0,
    connections: counts.length,
    requests: queue.length,
    running: counts.reduce((sum, { running }) => sum + running, 0),
    waiting: counts.reduce((sum, { waiting }) => sum + waiting, 0),
  }
}

/** Requests first: they may still give connections. */
async function closeNamed({ database, queue }: Named): Promise<void> {
  await queue.close()
  const connections = [...database.connections]
  for (const connection of connections) connection.shutDown()
  await Promise.all(connections.map(({ closed }) => closed))
}
