/**
 * An open request, asked of one owner after another until one has answered. An upgrade that was under way is begun again at the next
 * owner, without a word to the realm, and goes on where it was.
 */
import { type Failure, failure, inPlace } from '../../errors.ts'
import type {
  CommitMark,
  DatabaseSchema,
  Host,
  HostConnection,
  HostRequest,
  HostTransaction,
  OpenListener,
} from '../../protocol/protocol.ts'
import { Blocked } from './blocked.ts'
import { MemberConnection } from './member-connection.ts'
import type { MemberTransaction } from './transaction/member-transaction.ts'
import { closedBefore, isOwnerLost, upgradeLost } from './reasons.ts'
import type { RequestServices, SessionRequest } from './requests.ts'

/** What it needs of its session. */
export interface OpenServices extends RequestServices {
  /** Whether the owner is this realm. */
  readonly isOwn: boolean
  connect(host: HostConnection): MemberConnection
  /** The realm has been given a connection. */
  opened(connection: MemberConnection): void
}

/** What an open request has asked for. */
export interface Opening {
  readonly name: string
  readonly version: number | undefined
  readonly listener: OpenListener
}

/** An upgrade that the realm knows of. */
interface Upgrade {
  readonly connection: MemberConnection
  readonly transaction: MemberTransaction
  readonly oldVersion: number
}

export class OpenRequest implements SessionRequest, HostRequest {
  readonly #services: OpenServices
  readonly #opening: Opening
  readonly #blocked = new Blocked()
  readonly #mark: CommitMark
  #upgrade: Upgrade | null = null
  #host: Host | null = null
  #asked: HostRequest | null = null
  #isCancelled = false
  #isOver = false

  constructor(services: OpenServices, opening: Opening) {
    this.#services = services
    this.#opening = opening
    this.#mark = services.marks.take()
  }

  get resumes(): boolean {
    return this.#upgrade !== null || this.#blocked.wasSeen
  }

  ask(host: Host): void {
    const upgrade = this.#upgrade
    if (upgrade && upgrade.transaction.state !== 'running') return this.#concludeUpgrade(upgrade)
    this.#host = host
    const { name } = this.#opening
    const version = upgrade ? upgrade.connection.schema.version : this.#opening.version
    const origin = {
      mark: this.#mark,
      resumes: this.resumes,
      mayBeLost: false,
      wasAsked: false,
      outlivesOwner: false,
    }
    const asked = host.open(name, version, this.#listenerAt(host), origin)
    if (this.#host !== host || this.#isOver) return
    this.#asked = asked
    if (this.#isCancelled) asked.cancel()
  }

  ownerLost(): void {
    this.#host = null
    this.#asked = null
    this.#blocked.ownerChanged()
    if (this.#isCancelled) this.#wantNoOwner()
  }

  fail(reason: Failure): void {
    const upgrade = this.#upgrade
    if (upgrade?.transaction.state === 'running') upgrade.transaction.lose(reason)
    upgrade?.connection.lose(null)
    const { name, listener } = this.#opening
    this.#answer(() => listener.failed(inPlace(reason, { database: name })))
  }

  cancel(): void {
    this.#isCancelled = true
    if (this.#asked) this.#asked.cancel()
    else if (!this.#host) this.#wantNoOwner()
  }

  /** It still takes an owner that is there in time: a request that has begun is answered. */
  #wantNoOwner(): void {
    if (this.#upgrade) return
    this.#services.unlessAsked(this, () => this.fail(closedBefore(this.#opening.name)))
  }

  #listenerAt(host: Host): OpenListener {
    const isHere = (): boolean => this.#host === host && !this.#isOver
    return {
      asking: () => {
        if (isHere()) this.#blocked.asking()
      },
      blocked: (oldVersion, newVersion, blockers) => {
        if (!isHere()) return
        const tell = (): void => this.#opening.listener.blocked(oldVersion, newVersion, blockers)
        this.#blocked.tell([oldVersion, newVersion], tell)
      },
      upgradeNeeded: (connection, transaction, oldVersion) => {
        if (isHere()) return this.#upgradeNeeded(connection, transaction, oldVersion)
        dropConnection(connection)
        dropUpgrade(transaction)
      },
      opened: (connection) => {
        if (isHere()) this.#opened(connection)
        else if (!this.#upgrade) dropConnection(connection)
      },
      failed: (reason) => this.#failedAt(host, reason),
    }
  }

  #upgradeNeeded(connection: HostConnection, transaction: HostTransaction, oldVersion: number) {
    const known = this.#upgrade
    if (!known) return this.#beginUpgrade(connection, transaction, oldVersion)
    const isSame = oldVersion === known.oldVersion && haveEqualSchemas(connection, known.connection)
    if (!isSame) {
      dropConnection(connection)
      dropUpgrade(transaction)
      return this.#loseUpgrade(null)
    }
    known.connection.attached(connection)
    known.transaction.beginUpgrade(transaction)
    known.connection.closeIfAsked()
  }

  #beginUpgrade(host: HostConnection, hostTransaction: HostTransaction, oldVersion: number): void {
    const connection = this.#services.connect(host)
    const outlives = this.#services.isOwn ? 'nothing' : 'owner'
    const transaction = connection.addUpgrade({ outlives })
    this.#upgrade = { connection, transaction, oldVersion }
    transaction.beginUpgrade(hostTransaction)
    this.#opening.listener.upgradeNeeded(connection, transaction, oldVersion)
  }

  #opened(host: HostConnection): void {
    const upgrade = this.#upgrade
    if (upgrade?.transaction.state === 'running') {
      // Another has made the same upgrade since.
      dropConnection(host)
      return this.#loseUpgrade(null)
    }
    const connection = upgrade?.connection ?? this.#services.connect(host)
    this.#answerOpened(connection)
  }

  #failedAt(host: Host, reason: Failure): void {
    if (this.#isOver) return
    // The realm's own host is closing, and has told the end of the upgrade: that is the request's.
    const hasEnded = this.#upgrade?.transaction.state === 'aborted'
    if (this.#host !== host && !hasEnded) return
    if (isOwnerLost(reason)) return this.#services.ownerLost()
    if (this.#upgrade?.transaction.state === 'running') this.#loseUpgrade(reason)
    else this.#answer(() => this.#opening.listener.failed(reason))
  }

  /** It has ended, and the answer to the request was lost with the owner. */
  #concludeUpgrade({ connection, transaction }: Upgrade): void {
    const { name } = this.#opening
    if (transaction.state === 'aborted') return this.fail(upgradeLost(name))
    if (connection.isClosed || connection.isClosing) return this.fail(closedMeanwhile(name))
    this.#answerOpened(connection)
  }

  #answerOpened(connection: MemberConnection): void {
    this.#answer(() => this.#opening.listener.opened(connection))
    this.#services.opened(connection)
  }

  /** It cannot go on: the database is not what it was. */
  #loseUpgrade(cause: Failure | null): void {
    const { name } = this.#opening
    this.#upgrade?.transaction.fail('disconnected', cause)
    this.fail(upgradeLost(name))
  }

  #answer(tell: () => void): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#services.marks.free(this.#mark)
    this.#services.answered(this)
    tell()
  }
}

/** Closes a connection that no one wants. */
export function dropConnection(connection: HostConnection): void {
  connection.listen({
    versionChange: (_oldVersion, _newVersion, delivered) => delivered(),
    closing: () => {},
    closed: () => {},
  })
  connection.close()
}

function dropUpgrade(transaction: HostTransaction): void {
  const nothing = (): void => {}
  transaction.listen({
    wentAhead: nothing,
    caughtUp: nothing,
    declined: nothing,
    committed: nothing,
    aborted: nothing,
  })
  transaction.abort()
}

/** Whether an upgrade that begins at both has the same before it. */
function haveEqualSchemas(one: HostConnection, other: HostConnection): boolean {
  return textOf(one.schema) === textOf(other.schema)
}

function textOf({ version, stores, nextStoreId, nextIndexId }: DatabaseSchema): string {
  const listed = Array.from(stores.values(), (store) => ({
    ...store,
    indexes: [...store.indexes.values()],
  }))
  return JSON.stringify([version, nextStoreId, nextIndexId, listed])
}

function closedMeanwhile(name: string): Failure {
  return failure('AbortError', `The connection to database "${name}" was closed`)
}
