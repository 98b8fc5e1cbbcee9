/**
 * Bringing what was under way at an owner that is gone to the next one. First it is asked what became of commits that were on their
 * way, and has the connections again; then transactions end or go on, in the order of their creation.
 */
import type { Failure } from '../../errors.ts'
import type { AttachListener, CommitOutcome, Host } from '../../protocol/protocol.ts'
import type { MemberConnection } from './member-connection.ts'
import type { MemberTransaction } from './transaction/member-transaction.ts'
import { dropConnection } from './open-request.ts'
import { isOwnerLost } from './reasons.ts'

/** What was under way. */
export interface UnderWay {
  /** In the order of their creation. */
  readonly transactions: ReadonlyMap<MemberTransaction, MemberConnection>
  readonly connections: ReadonlySet<MemberConnection>
}

/** What is asked of the session meanwhile. */
interface Watch {
  /** Whether the owner is still the one that everything is brought to. */
  readonly isCurrent: () => boolean
  readonly ownerLost: () => void
}

export class BringingOver {
  readonly #host: Host
  readonly #watch: Watch
  readonly #outcomes = new Map<MemberTransaction, CommitOutcome>()
  /** Why connections could not be had again. */
  readonly #failures = new Map<MemberConnection, Failure>()

  constructor(host: Host, watch: Watch) {
    this.#host = host
    this.#watch = watch
  }

  /** `over`: called once everything is there, in the call where there was nothing; never if this owner is gone, too. */
  begin(underWay: UnderWay, over: () => void): void {
    if (underWay.transactions.size + underWay.connections.size === 0) over()
    else void this.#bringOver(underWay, over)
  }

  /** Never rejects. */
  async #bringOver(underWay: UnderWay, over: () => void): Promise<void> {
    const { transactions, connections } = underWay
    const asked = Array.from(transactions, (entry) => this.#askForOutcome(...entry))
    const attached = this.#attachAll(connections)
    await Promise.all([...asked, attached])
    if (!this.#watch.isCurrent()) return
    this.#settleUpgrades(transactions)
    // Those whose upgrade has turned out to be committed.
    await this.#attachAll(connections)
    if (!this.#watch.isCurrent()) return
    for (const [transaction, connection] of transactions) this.#goOn(transaction, connection)
    for (const connection of connections) this.#goOnWith(connection)
    if (this.#watch.isCurrent()) over()
  }

  async #askForOutcome(
    transaction: MemberTransaction,
    connection: MemberConnection,
  ): Promise<void> {
    const mark = transaction.markInFlight
    if (!mark) return
    const outcome = await new Promise<CommitOutcome>((resolve) => {
      const failed = (reason: Failure): void => {
        if (isOwnerLost(reason)) this.#lost()
        resolve('unknown')
      }
      const incarnation = connection.identify()
      this.#host.outcomeOf(connection.name, mark, { done: resolve, failed }, incarnation)
    })
    this.#outcomes.set(transaction, outcome)
  }

  async #attachAll(connections: ReadonlySet<MemberConnection>): Promise<void> {
    const missing = [...connections].filter(
      (connection) =>
        connection.isAttachable && !connection.host && !this.#failures.has(connection),
    )
    await Promise.all(missing.map((connection) => this.#attach(connection)))
  }

  #attach(connection: MemberConnection): Promise<void> {
    const { name, schema } = connection
    return new Promise((resolve) => {
      const listener: AttachListener = {
        attached: (host) => {
          if (this.#watch.isCurrent() && connection.isAttachable) connection.attached(host)
          else dropConnection(host)
          resolve()
        },
        failed: (reason) => {
          this.#failures.set(connection, reason)
          if (isOwnerLost(reason)) this.#lost()
          resolve()
        },
      }
      this.#host.attach(name, schema.version, listener, connection.identify())
    })
  }

  #settleUpgrades(transactions: UnderWay['transactions']): void {
    for (const [transaction, connection] of transactions) {
      if (!connection.isAttachable) transaction.settle(this.#outcomes.get(transaction) ?? null)
    }
  }

  #goOn(transaction: MemberTransaction, connection: MemberConnection): void {
    if (transaction.settle(this.#outcomeOf(transaction, connection))) return
    // One that is still an upgrade is begun by the host, when its request is asked again.
    if (!connection.isAttachable) return
    if (connection.host) transaction.begin(connection.host)
    else transaction.fail('disconnected', this.#failures.get(connection) ?? null)
  }

  /**
   * A database that is gone has no marks, nor has another that has its name. Its connections had been closed, by the realm or by
   * force, before it was deleted:
   * whether that was before or after the commit cannot be told.
   */
  #outcomeOf(transaction: MemberTransaction, connection: MemberConnection): CommitOutcome | null {
    const outcome = this.#outcomes.get(transaction) ?? null
    const isGone = this.#failures.get(connection)?.name === 'NotFoundError'
    return outcome === 'absent' && isGone ? 'unknown' : outcome
  }

  #goOnWith(connection: MemberConnection): void {
    const reason = this.#failures.get(connection)
    if (reason) connection.lose(reason)
    else if (connection.isAttachable) connection.closeIfAsked()
  }

  #lost(): void {
    if (this.#watch.isCurrent()) this.#watch.ownerLost()
  }
}
