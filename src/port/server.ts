/** The owner's end of a port: a host for a realm that is not in this thread. */
import { queueReaction } from '../base/node-callbacks.ts'
import { failure } from '../errors.ts'
import { demand, Malformed, complaintOf } from './malformed.ts'
import { Outbox } from './outbox.ts'
import { Inbox } from './flow/inbox.ts'
import { SendWindow } from './flow/send-window.ts'
import { readCall, writeAnswer } from './codec.ts'
import { ServedCopies } from './serving/copies.ts'
import { Deliveries } from './serving/deliveries.ts'
import { toldTo } from './serving/blockers.ts'
import type { Served, ServeOptions } from './serving/options.ts'
import { type ServedConnection, ServedTransactions } from './serving/transactions.ts'
import { ServedWatches } from './serving/watches.ts'
import type { Answer, Call, CallAbout, CallAboutRealm, HostPort } from './messages.ts'
import { type Blocker, here } from '../protocol/blockers.ts'
import type {
  AttachListener,
  CommitOutcome,
  ConnectionListener,
  DeleteListener,
  Host,
  HostConnection,
  HostRequest,
  OpenListener,
  Receiver,
} from '../protocol/protocol.ts'
import { unref } from '../event-loop/turn.ts'

export type { Served, ServeOptions } from './serving/options.ts'

/**
 * Serves `host` to the realm at the other end of `port`. When the port closes, the realm's transactions are aborted and
 * its connections closed; the same happens when a message comes that no realm would send. Serving does not keep the process
 * alive; awaiting an answer does.
 */
export function serve(host: Host, port: HostPort, options: ServeOptions): Served {
  const window = new SendWindow()
  const sent = (sizeBytes: number): void => window.sent(sizeBytes)
  const outbox = new Outbox(port, writeAnswer, { timing: inMicrotask, sent })
  const client = new Client(host, { outbox, window }, options)
  port.addEventListener('message', ({ data }) => client.received(data))
  port.addEventListener('messageerror', ({ error = unreadable }) => client.dismiss(error))
  port.addEventListener('close', () => client.ended())
  if (typeof port.trust === 'function') port.trust()
  port.start?.()
  unref(port)
  options.presence?.show((name) => outbox.post({ type: 'present', id: 0, name }))
  return client
}

/** What is answered in one call goes in one parcel. */
const inMicrotask = (flush: () => void) => (): void => queueReaction(flush)

/** What is wrong with a message that the channel itself cannot read. */
const unreadable = new Malformed('cannot be read')

/** How many connections a realm may have, and requests for them. Each takes some KiB. */
const mostConnections = 10_000

/** One realm, as the owner sees it. */
class Client implements Served {
  readonly #host: Host
  readonly #outbox: Outbox<Answer>
  readonly #window: SendWindow
  readonly #options: ServeOptions
  readonly #connections = new Map<number, ServedConnection>()
  readonly #transactions: ServedTransactions
  readonly #watches: ServedWatches
  readonly #copies: ServedCopies
  readonly #inbox = new Inbox(
    (parcel) => this.#receive(readCall(parcel)),
    (error) => this.dismiss(error),
  )
  /** Open and delete requests without an answer; null while one is being put to the host. */
  readonly #requests = new Map<number, HostRequest | null>()
  readonly #deliveries = new Deliveries()
  /** The last id that the realm has given to something new. */
  #lastId = 0
  #isGone = false
  #isMuted = false
  /** Ends the watch over the realm's thread; null while there is none. */
  #stopWatching: (() => void) | null = null

  constructor(
    host: Host,
    { outbox, window }: { outbox: Outbox<Answer>; window: SendWindow },
    options: ServeOptions,
  ) {
    this.#host = host
    this.#outbox = outbox
    this.#window = window
    this.#options = options
    const post = (answer: Answer): void => this.#post(answer)
    const connections = this.#connections
    this.#transactions = new ServedTransactions(connections, { post, window })
    this.#watches = new ServedWatches(connections, { post, window })
    const isUpgrading = (id: number): boolean => this.#transactions.has(id)
    this.#copies = new ServedCopies({ connections, isUpgrading, post, window })
  }

  /** Takes a message. If anything is wrong with it, this client ends, and no other. */
  received(message: unknown): void {
    this.#inbox.add(message)
  }

  /** The realm has sent all that it ever will. */
  ended(): void {
    this.#inbox.readAll()
    this.disconnect()
  }

  /** Ends this client, and tells both sides. `error`: why. */
  dismiss(error: unknown): void {
    if (this.#isGone) return
    const detail = complaintOf(error)
    this.disconnect()
    const known = { code: 'ERR_IDB_PROTOCOL', detail } as const
    const reason = failure('UnknownError', 'The owner of the storage has ended this client', known)
    this.#outbox.end({ type: 'dismissed', id: 0, failure: reason })
    this.#options.report(failure('UnknownError', 'A client of serve() was ended', known))
  }

  /** The realm is gone. */
  disconnect(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#inbox.close()
    this.#stopWatching?.()
    this.#window.close()
    for (const request of this.#requests.values()) request?.cancel()
    this.#watches.close()
    this.#transactions.abortAll()
    for (const { connection } of this.#connections.values()) connection.forceClose()
    this.#options.left?.()
  }

  tellRoster(clients: readonly string[]): void {
    this.#post({ type: 'roster', id: 0, clients })
  }

  mute(): void {
    this.#isMuted = true
  }

  leave(): void {
    if (this.#isGone) return
    this.disconnect()
    this.#outbox.end({ type: 'leave', id: 0 })
  }

  #receive(call: Call): void {
    const { id } = call
    switch (call.type) {
      case 'databases':
        this.#takeNew(id)
        return this.#list(id)
      case 'open':
      case 'delete':
        return this.#receiveRequest(call)
      case 'attach':
        return this.#attach(call)
      case 'outcomeOf':
        return this.#outcomeOf(call)
      case 'forgetMarks':
      case 'forgetDeletion':
        return this.#forget(call)
      case 'createTransaction':
        this.#takeNew(id)
        return this.#transactions.create(call)
      case 'inspect':
      case 'watch':
        this.#takeNew(id)
        return this.#watches.receive(call)
      case 'copy':
        this.#takeNew(id)
        return this.#copies.begin(call)
      case 'delivered':
        return this.#deliveries.confirm(id, call.opened ?? null)
      case 'present':
      case 'ack':
      case 'ping':
      case 'recovered':
      case 'tally':
      case 'leave':
        return this.#receiveAboutRealm(call)
      default:
        demand(id <= this.#lastId, 'uses an id that was never given')
        return this.#receiveAbout(call)
    }
  }

  #attach({ id, name, version, incarnation }: Extract<Call, { type: 'attach' }>): void {
    this.#takeNew(id)
    this.#demandRoom()
    this.#host.attach(name, version, this.#attachListener(id), incarnation)
  }

  #outcomeOf({ id, name, mark, incarnation }: Extract<Call, { type: 'outcomeOf' }>): void {
    this.#demandOwn(mark.client)
    this.#takeNew(id)
    const receiver: Receiver<CommitOutcome> = {
      done: (outcome) => this.#post({ type: 'outcome', id, outcome }),
      failed: (reason) => this.#post({ type: 'requestFailed', id, failure: reason }),
    }
    this.#host.outcomeOf(name, mark, receiver, incarnation)
  }

  #forget(call: Extract<Call, { type: 'forgetMarks' | 'forgetDeletion' }>): void {
    this.#demandOwn(call.type === 'forgetMarks' ? call.client : call.mark.client)
    if (call.type === 'forgetMarks') this.#host.forgetMarks(call.client)
    else this.#host.forgetDeletion(call.mark)
  }

  #receiveRequest(call: Extract<Call, { type: 'open' | 'delete' }>): void {
    const { id, name, origin } = call
    if (origin) this.#demandOwn(origin.mark.client)
    const outlivesOwner = this.#options.client !== undefined
    const known = origin && { ...origin, mayBeLost: true, outlivesOwner }
    this.#ask(id, () =>
      call.type === 'open'
        ? this.#host.open(name, call.version, this.#openListener(id), known)
        : this.#host.delete(name, this.#deleteListener(id), known),
    )
  }

  #receiveAboutRealm(call: CallAboutRealm): void {
    switch (call.type) {
      case 'present':
        return this.#watch(call.name)
      case 'ack':
        return this.#window.acknowledged(call.parcels)
      case 'ping':
        return this.#post({ type: 'pong', id: 0 })
      case 'recovered':
        return this.#options.recovered?.()
      case 'tally':
        return this.#options.tally?.(call.counts)
      case 'leave':
        return this.disconnect()
    }
  }

  /** A call about a request, connection or transaction; it may be over, which the realm does not know yet. */
  #receiveAbout(call: CallAbout): void {
    const { id } = call
    switch (call.type) {
      case 'execute':
        return this.#transactions.execute(id, call.operation)
      case 'commit':
        if (call.mark) this.#demandOwn(call.mark.client)
        return this.#transactions.commit(call)
      case 'offerCommit':
        if (call.mark) this.#demandOwn(call.mark.client)
        return this.#transactions.offerCommit(call)
      case 'abort':
        return this.#transactions.abort(id)
      case 'unwatch':
        return this.#watches.unwatch(id)
      case 'cancel':
        return this.#requests.get(id)?.cancel()
      case 'nextPiece':
        return this.#copies.next(id)
      case 'endCopy':
        return this.#copies.cancel(id)
      case 'close':
        return this.#connections.get(id)?.connection.close()
      case 'shutDown':
        return this.#connections.get(id)?.connection.shutDown()
      case 'forceClose':
        return this.#connections.get(id)?.connection.forceClose()
    }
  }

  /** Sends nothing to a client that is gone, or about to be. */
  #post(answer: Answer): void {
    if (!this.#isGone && !this.#isMuted) this.#outbox.post(answer)
  }

  /** What other clients have marked is not this one's to ask for, to write or to forget. */
  #demandOwn(client: string): void {
    const own = this.#options.client ?? client
    demand(client === own, 'names another client')
  }

  #demandRoom(): void {
    const count = this.#requests.size + this.#connections.size
    demand(count < mostConnections, 'asks for too many connections')
  }

  /** No id is used twice: the answers to one would be taken for answers to the other. */
  #takeNew(id: number): void {
    demand(id > this.#lastId, 'uses an id a second time')
    this.#lastId = id
  }

  #watch(name: string): void {
    demand(this.#stopWatching === null, 'names its thread twice')
    this.#stopWatching = this.#options.presence?.watch(name, () => this.ended()) ?? null
  }

  #list(id: number): void {
    this.#host.databases({
      done: (databases) => this.#post({ type: 'listed', id, databases }),
      failed: (reason) => this.#post({ type: 'requestFailed', id, failure: reason }),
    })
  }

  #ask(id: number, ask: () => HostRequest): void {
    this.#takeNew(id)
    this.#demandRoom()
    this.#requests.set(id, null)
    const request = ask()
    // It may have been answered in the call.
    if (this.#requests.has(id)) this.#requests.set(id, request)
  }

  #answer(answer: Extract<Answer, { type: 'opened' | 'deleted' | 'requestFailed' }>): void {
    this.#requests.delete(answer.id)
    this.#post(answer)
  }

  #blocked(id: number, oldVersion: number, newVersion: number | null, by?: readonly Blocker[]) {
    const blockers = by && toldTo(this.#options.ends ?? null, by)
    this.#post({ type: 'blocked', id, oldVersion, newVersion, blockers })
  }

  #deleteListener(id: number): DeleteListener {
    return {
      asking: () => this.#post({ type: 'asking', id }),
      blocked: (...told) => this.#blocked(id, ...told),
      deleted: (oldVersion) => this.#answer({ type: 'deleted', id, oldVersion }),
      failed: (reason) => this.#answer({ type: 'requestFailed', id, failure: reason }),
    }
  }

  #openListener(id: number): OpenListener {
    return {
      asking: () => this.#post({ type: 'asking', id }),
      blocked: (...told) => this.#blocked(id, ...told),
      upgradeNeeded: (connection, transaction, oldVersion) => {
        this.#connect(id, connection)
        this.#transactions.addUpgrade(id, transaction)
        if (this.#isGone) return this.#transactions.abort(id)
        this.#post({ type: 'upgradeNeeded', id, ...this.#factsOf(connection), oldVersion })
      },
      opened: (connection) => {
        if (!this.#connections.has(id)) this.#connect(id, connection)
        if (this.#isGone) return connection.close()
        this.#answer({ type: 'opened', id, ...this.#factsOf(connection) })
      },
      failed: (reason) => this.#answer({ type: 'requestFailed', id, failure: reason }),
    }
  }

  #attachListener(id: number): AttachListener {
    return {
      attached: (connection) => {
        this.#connect(id, connection)
        if (this.#isGone) return connection.close()
        this.#post({ type: 'attached', id, ...this.#factsOf(connection) })
      },
      failed: (reason) => this.#post({ type: 'requestFailed', id, failure: reason }),
    }
  }

  /** What the realm is told of a connection. One that will never come back without this port need not know the database again. */
  #factsOf(connection: HostConnection) {
    const { schema, limits, salvaged, keptAt } = connection
    const incarnation = this.#options.client === undefined ? null : connection.identify()
    return { schema, limits, salvaged, keptAt, incarnation }
  }

  #connect(id: number, connection: HostConnection): void {
    this.#connections.set(id, { connection, schema: connection.schema })
    connection.listen(this.#connectionListener(id))
  }

  #connectionListener(id: number): ConnectionListener {
    let opened: string | null = null
    return {
      holding: () => ({ holder: this.#options.ends?.client ?? here, opened }),
      versionChange: (oldVersion, newVersion, delivered, request) => {
        const delivery = this.#deliveries.add((place) => {
          opened = place ?? opened
          delivered()
        })
        this.#post({ type: 'versionChange', id, delivery, oldVersion, newVersion, request })
      },
      closing: () => this.#post({ type: 'closing', id }),
      closed: (reason) => {
        this.#connections.delete(id)
        this.#post({ type: 'closed', id, failure: reason })
      },
    }
  }
}
