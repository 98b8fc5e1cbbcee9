/**
 * A connection that outlives the owner it was opened at. It is there again at the next owner where the database has the same
 * version; the realm notices nothing. At the realm's own host its transactions are the host's, without anything between them.
 */
import type { Failure } from '../../errors.ts'
import type { KeptPlace } from '../../kept-objects/kept-store.ts'
import type { ChangeListener, WatchedStore } from '../../protocol/changes.ts'
import type { DatabaseCounters } from '../../protocol/load.ts'
import type {
  ConnectionListener,
  CopyListener,
  DatabaseSchema,
  Durability,
  HostConnection,
  HostCopy,
  HostTransaction,
  Receiver,
  SalvageReport,
  StorageLimits,
  TransactionListener,
} from '../../protocol/protocol.ts'
import { queueReaction } from '../../base/node-callbacks.ts'
import { MemberTransaction } from './transaction/member-transaction.ts'
import type { MemberTransactionOptions } from './transaction/options.ts'
import { here } from '../../protocol/blockers.ts'
import { closedBefore, copyLost, isOwnerLost } from './reasons.ts'
import type { ConnectionServices } from './services.ts'
import { VersionChanges } from './version-changes.ts'
import { Watches } from './watches.ts'

/** Why it is to be closed, if it is. */
type Closing = 'byRealm' | 'shutDown' | 'forced'

export class MemberConnection implements HostConnection {
  /** Any owner of a directory is near enough. */
  readonly readAhead = null
  readonly name: string
  readonly schema: DatabaseSchema
  readonly limits: StorageLimits
  readonly salvaged: SalvageReport | null
  readonly keptAt: KeptPlace | null
  /** What an owner said of its database; null: nothing, as only this thread has been its owner. */
  #incarnation: number | null = null
  readonly closed: Promise<void>
  /** Whether it is closed, for any reason. */
  isClosed = false
  readonly #services: ConnectionServices<MemberTransaction, MemberConnection>
  readonly #versionChanges = new VersionChanges()
  readonly #watches = new Watches()
  #listener: ConnectionListener | null = null
  /** At the owner of the moment; null: there is none, or it is not there yet. */
  #host: HostConnection | null = null
  /** At the realm's own host, which is closing: its transactions end there. */
  #former: HostConnection | null = null
  #closing: Closing | null = null
  /** Its upgrade transaction; null: it was opened without one. */
  #upgrade: MemberTransaction | null = null
  /** Those that are not over, in the order of their creation. */
  readonly #transactions = new Set<MemberTransaction>()
  /** Whether the realm knows that its host is closing it, if it is. */
  #isToldClosing = true
  #resolveClosed = (): void => {}

  constructor(
    services: ConnectionServices<MemberTransaction, MemberConnection>,
    host: HostConnection,
  ) {
    const { name, schema, limits, salvaged, keptAt } = host
    this.name = name
    this.schema = schema
    this.limits = limits
    this.salvaged = salvaged
    this.keptAt = keptAt
    this.#services = services
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve))
    this.attached(host)
  }

  /** Whether the realm waits for its end. */
  get isClosing(): boolean {
    return this.#closing !== null
  }

  get isRemote(): boolean {
    return (this.#host ?? this.#former)?.isRemote ?? false
  }

  /** Whether it is to be had again as it is: with an upgrade that has not committed it is the open request's. */
  get isAttachable(): boolean {
    return !this.isClosed && (this.#upgrade?.state ?? 'committed') === 'committed'
  }

  identify(): number | null {
    return this.#incarnation
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener
  }

  createTransaction(
    storeIds: readonly number[],
    mode: 'readonly' | 'readwrite',
    durability: Durability,
    listener: TransactionListener,
  ): HostTransaction {
    const host = this.#services.isSettled ? this.#host : null
    const { isOwn, hasClients } = this.#services
    // A worker may end before this realm, which then has to know whether it was asked for the commit.
    if (host && isOwn && !hasClients && !host.isRemote) {
      return host.createTransaction(storeIds, mode, durability, listener)
    }
    const hint = durability === 'default' ? this.#services.durability : durability
    const transaction = this.#addTransaction({
      listener,
      // The realm may end with its host.
      outlives: host && isOwn ? this.#outlivesOwn(mode) : 'owner',
      scope:
        mode === 'readwrite' ? { version: this.schema.version, storeIds, durability: hint } : null,
      create: (at, attempt, resumes) =>
        at.createTransaction(storeIds, mode, hint, attempt, resumes),
    })
    if (host) transaction.begin(host)
    return transaction
  }

  #outlivesOwn(mode: 'readonly' | 'readwrite'): MemberTransactionOptions['outlives'] {
    const { farewell } = this.#services
    if (farewell?.isLeaving) return 'owner'
    return farewell && mode === 'readwrite' ? 'realm' : 'nothing'
  }

  /** Makes its upgrade transaction. */
  addUpgrade({ outlives }: { outlives: 'owner' | 'nothing' }): MemberTransaction {
    this.#upgrade = this.#addTransaction({
      listener: null,
      outlives,
      scope: null,
      create: null,
    })
    return this.#upgrade
  }

  watch(watched: readonly WatchedStore[], listener: ChangeListener): () => void {
    return this.isClosed ? () => {} : this.#watches.add(watched, listener)
  }

  /** It is of one owner: with that it fails. */
  copy(listener: CopyListener): HostCopy {
    const host = this.#services.isSettled ? this.#host : null
    if (host) return host.copy(listener)
    queueReaction(() => listener.failed(copyLost(this.name)))
    return { next() {}, cancel() {} }
  }

  inspect(receiver: Receiver<DatabaseCounters>): void {
    if (this.#host) this.#host.inspect(receiver)
    else receiver.failed(closedBefore(this.name))
  }

  abortOf(listener: TransactionListener): void {
    for (const transaction of this.#transactions) {
      if (transaction.listener === listener) return transaction.abort()
    }
    const host = this.#host ?? this.#former
    host?.abortOf(listener)
  }

  close(): void {
    this.#close('byRealm')
  }

  shutDown(): void {
    if (this.#closing === null) this.#close('shutDown')
  }

  forceClose(): void {
    this.#close('forced')
  }

  /** It is at a host. */
  attached(host: HostConnection): void {
    this.#host = host
    // Of an upgrade that begins again in a new file, another than before.
    if (host.isRemote || this.#incarnation !== null) this.#incarnation = host.identify()
    host.listen({
      versionChange: (oldVersion, newVersion, delivered, request) => {
        if (this.#host !== host) return delivered()
        const versions = [oldVersion, newVersion] as const
        this.#versionChanges.tell(this.#listener, versions, { delivered, request })
      },
      holding: () => this.#listener?.holding?.() ?? { holder: here, opened: null },
      closing: () => this.#closingAt(host),
      closed: (reason) => {
        if (this.#host === host) this.#closedAt(reason)
      },
    })
    this.#watches.attached(host)
  }

  /** The host that it is at, for its transactions; null: none. */
  get host(): HostConnection | null {
    return this.#host
  }

  /** Asks the host for the end that the realm has asked for while there was none. */
  closeIfAsked(): void {
    if (this.#closing && this.#host) askToClose(this.#host, this.#closing)
  }

  /** Nothing more comes from its owner. */
  ownerLost(): void {
    this.#host = null
    this.#former = null
    this.#watches.left()
    this.#versionChanges.ownerChanged()
    this.#endIfUnused()
  }

  /** Its owner, which is this realm, closes: what runs there goes on to its end, what is new waits. */
  leaveOwn(): void {
    const former = this.#host
    if (!former) return
    this.#host = null
    this.#former = former
    this.#watches.left()
    this.#versionChanges.ownerChanged()
    void former.closed.then(() => {
      if (this.#former !== former) return
      this.#former = null
      this.#endIfUnused()
    })
  }

  /** It cannot be had again; null: the realm knows why. Its transactions are over. */
  lose(reason: Failure | null): void {
    if (this.isClosed) return
    if (reason) this.#listener?.closing()
    this.#end(this.#closing === 'byRealm' ? null : reason)
  }

  /** Makes one that is its own, and not its host's. */
  #addTransaction(
    options: Pick<MemberTransactionOptions, 'listener' | 'outlives' | 'scope' | 'create'>,
  ): MemberTransaction {
    const transaction = new MemberTransaction({
      services: this.#services,
      database: this.name,
      ...options,
      ended: () => this.#transactionEnded(transaction),
    })
    this.#transactions.add(transaction)
    this.#services.transactionBegun(transaction, this)
    return transaction
  }

  #close(closing: Closing): void {
    if (this.isClosed) return
    this.#closing = closing
    // The realm has asked for it, and is told in the call.
    if (closing !== 'byRealm') this.#listener?.closing()
    if (this.#host && this.#services.isSettled) askToClose(this.#host, closing)
    else this.#endIfUnused()
  }

  /** It is no news yet: an owner that is gone is said to close its connections too, and then says at once why. */
  #closingAt(host: HostConnection): void {
    if (this.#host !== host || this.isClosing) return
    this.#isToldClosing = false
    queueReaction(() => {
      if (this.#host === host) this.#tellClosing()
    })
  }

  #tellClosing(): void {
    if (this.#isToldClosing) return
    this.#isToldClosing = true
    this.#listener?.closing()
  }

  #closedAt(reason: Failure | null): void {
    if (reason && isOwnerLost(reason)) return this.#services.ownerLost()
    if (reason) this.#tellClosing()
    // Each was told its end before; what waits to begin was not.
    const cause = reason ?? closedBefore(this.name)
    for (const transaction of this.#transactions) transaction.fail('disconnected', cause)
    this.#end(reason)
  }

  #transactionEnded(transaction: MemberTransaction): void {
    this.#transactions.delete(transaction)
    this.#services.transactionEnded(transaction)
    this.#endIfUnused()
  }

  /** Where no host has it, there is nobody else to say that it is closed. */
  #endIfUnused(): void {
    if (this.#closing === null || this.#host || this.#former || this.#transactions.size > 0) return
    this.#end(this.#closing === 'byRealm' ? null : closedBefore(this.name))
  }

  #end(reason: Failure | null): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#host = null
    this.#watches.close()
    this.#listener?.closed(reason)
    this.#resolveClosed()
    this.#services.connectionEnded(this)
  }
}

function askToClose(host: HostConnection, closing: Closing): void {
  if (closing === 'byRealm') host.close()
  else if (closing === 'shutDown') host.shutDown()
  else host.forceClose()
}
