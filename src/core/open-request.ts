/**
 * Open requests (of `open()` and `deleteDatabase()`): the listener of the host's connection queue.
 * https://w3c.github.io/IndexedDB/#open-request
 */
import { abortError, type Failure, domException, exceptionOf, unheard } from '../errors.ts'
import type {
  DeleteListener,
  HostConnection,
  HostTransaction,
  OpenListener,
  SalvageReport,
} from '../protocol/protocol.ts'
import type { Blocker } from '../protocol/blockers.ts'
import { defineHidden } from '../base/own-property.ts'
import { blockedBy } from '../explain/blocked.ts'
import { type Place, placeHere } from '../explain/place.ts'
import { Connection } from './connection.ts'
import { DatabaseEvent } from '../events/event.ts'
import { type Dispatch, Target, isObserved } from '../events/dispatch.ts'
import type { Factory } from './factory.ts'
import type { Happening } from '../monitor/monitor.ts'
import { listenerThrew } from './request-events.ts'
import { FiringTask } from '../events/firing-task.ts'
import { queueDatabaseTask } from '../events/task-queue.ts'
import { Transaction } from './transaction.ts'

export type { SalvageReport } from '../protocol/protocol.ts'

export class OpenRequest extends Target implements OpenListener, DeleteListener {
  readonly factory: Factory
  /** The database's. */
  readonly name: string
  /** As a warning names it. */
  readonly title: string
  /** Where an opening was asked for; null: the option `explain` is off. */
  readonly place: Place | null
  /** The upgrade transaction, while it runs. */
  transaction: Transaction | null = null
  isDone = false
  /** A connection; undefined for a deletion, and until done. */
  result: Connection | undefined = undefined
  error: DOMException | null = null
  /** What was saved when the database's damaged file was salvaged at its opening; null when there was no need. */
  salvaged: SalvageReport | null = null
  /** null: it is told to no one. */
  readonly #happening: Happening | null
  /** Made by the upgrade; `opened` gets the same one. */
  #connection: Connection | null = null
  /** From `upgradeNeeded` until the last event of the upgrade transaction is queued. */
  #isUpgrading = false
  /** What the upgrade transaction has failed with; null: it has not, or script aborted it. */
  #upgradeError: DOMException | null = null
  /** The task that fires the request's last event, while the upgrade transaction has events to queue. */
  #conclusion: OpenRequestTask | null = null

  /** `what` is done to the database of that name. */
  constructor(factory: Factory, what: 'Opening' | 'Deleting', name: string) {
    super()
    this.factory = factory
    this.name = name
    this.title = `${what} database ${JSON.stringify(name)}`
    this.place = what === 'Opening' && factory.explainer ? placeHere(4) : null
    const kind = what === 'Opening' ? 'open' : 'delete'
    const { monitor } = factory
    this.#happening = monitor?.isAwake(kind) ? monitor.begin({ kind, database: name }) : null
  }

  override get parent(): Target | null {
    return this.transaction
  }

  blocked(oldVersion: number, newVersion: number | null, blockers?: readonly Blocker[]): void {
    queueDatabaseTask(new FireBlocked(this, { oldVersion, newVersion }, blockers))
  }

  /** https://w3c.github.io/IndexedDB/#upgrade-a-database */
  upgradeNeeded(host: HostConnection, hostTransaction: HostTransaction, oldVersion: number): void {
    this.salvaged = host.salvaged
    const connection = new Connection(this.factory, host, this.place)
    const oldSchema = { ...host.schema, version: oldVersion }
    const upgrade = { openRequest: this, oldSchema }
    const transaction = new Transaction(
      connection,
      'versionchange',
      'default',
      null,
      upgrade,
      this.place,
    )
    transaction.attach(hostTransaction)
    hostTransaction.listen(transaction)
    connection.upgradeTransaction = transaction
    this.#connection = connection
    this.#isUpgrading = true
    queueDatabaseTask(new FireUpgradeNeeded(this, transaction, oldVersion))
  }

  /** The last event of the upgrade transaction is queued: the request's own comes right after it. */
  upgradeEnding(error: DOMException | null): void {
    this.#isUpgrading = false
    this.#upgradeError = error
    if (this.#conclusion) queueDatabaseTask(this.#conclusion)
  }

  /** The upgrade transaction has fired its last event. */
  upgradeEnded(type: 'complete' | 'abort'): void {
    this.transaction = null
    if (type === 'complete') return
    this.result = undefined
    this.isDone = false
  }

  opened(host: HostConnection): void {
    this.#end()
    this.salvaged = host.salvaged
    const connection = this.#connection ?? new Connection(this.factory, host, this.place)
    this.#conclude(new FireOpened(this, connection))
  }

  deleted(oldVersion: number): void {
    this.#end()
    queueDatabaseTask(new FireDeleted(this, oldVersion))
  }

  failed(failure: Failure): void {
    this.#end(failure)
    this.#conclude(new FireFailed(this, failure))
  }

  /** What it has failed with. An upgrade that was aborted says why. */
  exceptionOf(failure: Failure): DOMException {
    const { name, message, facts } = failure
    return name === 'AbortError' && !facts
      ? abortError(message, this.#upgradeError)
      : exceptionOf(failure)
  }

  #end(error?: Failure): void {
    if (this.#happening) this.factory.monitor?.end(this.#happening, error)
  }

  #conclude(task: OpenRequestTask): void {
    if (this.#isUpgrading) this.#conclusion = task
    else queueDatabaseTask(task)
  }
}

/** A task that fires an event at an open request. */
abstract class OpenRequestTask extends FiringTask {
  protected readonly target: OpenRequest

  constructor(request: OpenRequest) {
    super()
    this.target = request
  }

  protected versionChangeEvent(type: string, oldVersion: number, newVersion: number | null): Event {
    return this.target.factory.versionChangeEvent(type, { oldVersion, newVersion })
  }

  protected end(_dispatch: Dispatch | null): void {}
}

/** `blocked` at the request. https://w3c.github.io/IndexedDB/#open-a-database-connection, step 10.4. */
class FireBlocked extends OpenRequestTask {
  readonly #versions: { readonly oldVersion: number; readonly newVersion: number | null }
  readonly #blockers: readonly Blocker[] | undefined

  constructor(
    request: OpenRequest,
    versions: { readonly oldVersion: number; readonly newVersion: number | null },
    blockers: readonly Blocker[] | undefined,
  ) {
    super(request)
    this.#versions = versions
    this.#blockers = blockers
  }

  protected begin(): Event | null {
    const { factory } = this.target
    const isHeard = isObserved(this.target, 'blocked')
    const event = isHeard ? factory.versionChangeEvent('blocked', this.#versions) : null
    // Connections that close by themselves are in no one's way, and not among these.
    if (this.#blockers?.length === 0) return event
    if (event) defineHidden(event, 'cause', this.#reason().cause)
    else if (factory.explainer) factory.warn(this.#reason())
    return event
  }

  #reason(): DOMException {
    const { title, name } = this.target
    return blockedBy({ title, database: name }, this.#blockers)
  }
}

/** https://w3c.github.io/IndexedDB/#upgrade-a-database, step 9. */
class FireUpgradeNeeded extends OpenRequestTask {
  readonly #transaction: Transaction
  readonly #oldVersion: number

  constructor(request: OpenRequest, transaction: Transaction, oldVersion: number) {
    super(request)
    this.#transaction = transaction
    this.#oldVersion = oldVersion
  }

  protected begin(): Event | null {
    const request = this.target
    const { connection } = this.#transaction
    // Forced closing may have ended the transaction before script could see it.
    if (this.#transaction.state === 'finished') return null
    request.result = connection
    request.transaction = this.#transaction
    request.isDone = true
    this.#transaction.state = 'active'
    return this.versionChangeEvent('upgradeneeded', this.#oldVersion, connection.schema.version)
  }

  protected override end(dispatch: Dispatch | null): void {
    const transaction = this.#transaction
    if (transaction.isMidCall) transaction.cutOff(null)
    if (transaction.state !== 'active') return
    transaction.state = 'inactive'
    // Without an event no listener has made the stores.
    if (!dispatch) transaction.cutOff(null)
    else if (dispatch.threw) transaction.abort(listenerThrew())
    else transaction.commitIfIdle()
  }
}

/** https://w3c.github.io/IndexedDB/#dom-idbfactory-open, step 5.4, with a connection. */
class FireOpened extends OpenRequestTask {
  readonly #connection: Connection

  constructor(request: OpenRequest, connection: Connection) {
    super(request)
    this.#connection = connection
  }

  protected begin(): Event | null {
    const request = this.target
    const { closePending, isClosedByHost, host } = this.#connection
    request.isDone = true
    // What the host has closed was open before, and gets its `close` next.
    if (closePending && !isClosedByHost) {
      request.result = undefined
      request.error = closedMeanwhile(host.name)
      warnIfUnheard(request, request.error)
      return new DatabaseEvent('error', { bubbles: true, cancelable: true })
    }
    request.result = this.#connection
    return isObserved(request, 'success') ? new DatabaseEvent('success') : null
  }
}

/** https://w3c.github.io/IndexedDB/#dom-idbfactory-deletedatabase, step 4.4. */
class FireDeleted extends OpenRequestTask {
  readonly #oldVersion: number

  constructor(request: OpenRequest, oldVersion: number) {
    super(request)
    this.#oldVersion = oldVersion
  }

  protected begin(): Event | null {
    this.target.isDone = true
    if (!isObserved(this.target, 'success')) return null
    return this.versionChangeEvent('success', this.#oldVersion, null)
  }
}

/** The request has failed. */
class FireFailed extends OpenRequestTask {
  readonly #failure: Failure

  constructor(request: OpenRequest, failure: Failure) {
    super(request)
    this.#failure = failure
  }

  protected begin(): Event {
    const request = this.target
    request.isDone = true
    request.result = undefined
    request.error = request.exceptionOf(this.#failure)
    warnIfUnheard(request, request.error)
    return new DatabaseEvent('error', { bubbles: true, cancelable: true })
  }
}

/** A program that listens for success alone would wait without a word, and end as if all were well. */
function warnIfUnheard(request: OpenRequest, error: DOMException): void {
  if (isObserved(request, 'error')) return
  const { factory, title } = request
  factory.warn(unheard(title, error))
}

/** The error of a database whose connection closed before the open request was done. */
function closedMeanwhile(name: string): DOMException {
  return domException('AbortError', `The connection to database "${name}" was closed`)
}
