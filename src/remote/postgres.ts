/** Databases on a PostgreSQL server, as `createIndexedDB({ host })` takes them. */
import { exceptionOf, type Failure } from '../errors.ts'
import type { HostSource } from '../protocol/host-choice.ts'
import type { ClosableHost, Host } from '../protocol/protocol.ts'
import type { DatabaseHost } from '../options/indexeddb-options.ts'
import { createRemoteHost } from './host.ts'
import { checkServerOptions, serverSettings } from './options.ts'
import type { PostgresOptions } from './server-options.ts'

const optionNames = [
  'connectionString',
  'directConnectionString',
  'schema',
  'tls',
  'waitMs',
  'durability',
  'connections',
]

/**
 * The databases in a schema on a PostgreSQL server, whose tables `installPostgres()` has made: `createIndexedDB({ host: postgres({
 * connectionString }) })`. Any number of processes and machines may use it at the same time. Nothing is touched before its first use.
 *
 * @throws TypeError for an unknown or malformed option; nothing of the connection string is in its message
 */
export function postgres(options: PostgresOptions): DatabaseHost {
  checkServerOptions(options, optionNames)
  const settings = serverSettings(options)
  const { durability = 'strict', connections = 10 } = options
  let warn: (warning: Error) => void = () => {}
  const report = (failure: Failure): void => warn(exceptionOf(failure))
  const shared = new SharedHost(createRemoteHost({ settings, durability, connections, report }))
  return {
    sourceFor(onWarning) {
      warn = onWarning
      return shared
    },
  }
}

/** Is closed when the last of its users is. */
class SharedHost implements HostSource {
  readonly #host: ClosableHost
  #holdCount = 0
  /** null: it is not being closed. */
  #closing: Promise<void> | null = null

  constructor(host: ClosableHost) {
    this.#host = host
  }

  enter(ask: (host: Host) => void): void {
    if (this.#closing) return void this.#closing.then(() => this.enter(ask))
    this.hold()
    ask(this.#host)
  }

  hold(): void {
    this.#holdCount++
  }

  letGo(): void {
    this.#holdCount--
  }

  async release(): Promise<void> {
    if (this.#holdCount === 0) {
      this.#closing ??= this.#host.close().finally(() => (this.#closing = null))
    }
    await this.#closing
  }
}
