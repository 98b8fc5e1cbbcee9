/** Databases on a PostgreSQL server, as `createIndexedDB({ host })` takes them. */
import { exceptionOf, type Failure } from '../errors.ts'
import type { HostSource } from '../protocol/host-choice.ts'
import type { ClosableHost, Host } from '../protocol/protocol.ts'
import type { DatabaseHost } from '../options/indexeddb-options.ts'
import { createRemoteHost } from './host.ts'
import { checkServerOptions, serverSettings } from './options.ts'
import type { PostgresOptions } from './server-options.ts'
import { Patience } from './wire/patience.ts'

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
  const patience = new Patience()
  const host = createRemoteHost({ settings, durability, connections, report, patience })
  const shared = new SharedHost(host, patience)
  return {
    sourceFor(onWarning) {
      warn = onWarning
      return new HostShare(shared)
    },
  }
}

/** A host, and those who hold it. */
class SharedHost {
  readonly host: ClosableHost
  /** null: it is not being closed. */
  closing: Promise<void> | null = null
  readonly #patience: Patience
  readonly #users = new Set<HostShare>()

  constructor(host: ClosableHost, patience: Patience) {
    this.host = host
    this.#patience = patience
  }

  /** To be called when a user begins or ceases to hold it, or is being closed. */
  note(user: HostShare): void {
    if (user.holdCount > 0) this.#users.add(user)
    else this.#users.delete(user)
    const isAwaited = [...this.#users].some(({ isLeaving }) => !isLeaving)
    if (isAwaited) this.#patience.lookAgain()
    else this.#patience.giveUp()
  }

  /** Closes it unless there are users that hold it. */
  async release(): Promise<void> {
    if (this.#users.size === 0) {
      this.closing ??= this.host.close().finally(() => (this.closing = null))
    }
    await this.closing
  }
}

/** What a factory has of a host. */
class HostShare implements HostSource {
  readonly #shared: SharedHost
  holdCount = 0
  /** Whether its factory is being closed. */
  isLeaving = false

  constructor(shared: SharedHost) {
    this.#shared = shared
  }

  enter(ask: (host: Host) => void): void {
    const { closing, host } = this.#shared
    if (closing) return void closing.then(() => this.enter(ask))
    this.isLeaving = false
    this.hold()
    ask(host)
  }

  hold(): void {
    this.holdCount++
    this.#shared.note(this)
  }

  letGo(): void {
    this.holdCount--
    this.#shared.note(this)
  }

  closing(): void {
    this.isLeaving = true
    this.#shared.note(this)
  }

  release(): Promise<void> {
    return this.#shared.release()
  }
}
