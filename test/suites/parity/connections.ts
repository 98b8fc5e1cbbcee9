/** Opens and deletes databases and writes what happens to the connections. */
import { decode } from './program/decode.ts'
import { describe, errorName } from './describe.ts'
import { perform, performAt, startTransaction } from './operations.ts'
import type { OpenStep, Reaction, VersionChangeReaction } from './program/program.ts'
import {
  type ConnectionState,
  type DatabaseState,
  ListenerError,
  type OpenState,
  type Run,
  type TransactionState,
  attempt,
  begin,
  end,
  eventText,
  nextTask,
  react,
  write,
} from './run.ts'
import { labelOf, watchTransaction } from './transactions.ts'

export function open(run: Run, database: DatabaseState, stream: string, step: OpenStep): void {
  const { environment } = database
  const request = attempt(run, stream, 'open', () =>
    step.version === undefined
      ? environment.indexedDB.open(database.name)
      : // Programs pass wrong versions, too.
        environment.indexedDB.open(database.name, decode(step.version, environment) as number),
  )
  if (!request) return
  follow(run, database, stream, request, step)
  let connection: ConnectionState | null = null
  let transaction: TransactionState | null = null
  request.addEventListener('upgradeneeded', (event) => {
    write(run, stream, `${eventText(event)} ${describe(request.result)}`)
    connection = addConnection(run, database, stream, request.result, step)
    connection.isUpgraded = false
    if (!request.transaction) return write(run, stream, 'no upgrade transaction')
    transaction = watchTransaction(run, database, connection, {
      handle: request.transaction,
      stream,
      isUpgrade: true,
      ended: (upgrade, event) => performAt(run, step.ended ?? [], upgrade, event),
      error: step.transactionError,
    })
    transaction.labels.set(request, 'open')
    perform(run, step.upgrade, { transaction, cursor: null, event })
  })
  request.addEventListener('success', (event) => {
    write(run, stream, `${eventText(event)} ${describe(request.result)}`)
    if (request.transaction) write(run, stream, 'the request still has a transaction')
    if (connection && connection.handle !== request.result) write(run, stream, 'not the same')
    connection ??= addConnection(run, database, stream, request.result, step)
    end(run)
    afterOpening(run, database, connection, step)
  })
  request.addEventListener('error', (event) => {
    write(run, stream, `${eventText(event)} ${errorName(request.error)}`)
    end(run)
    react(event, step.requestError)
  })
}

/** Starts the transactions that the program has for the new connection; another operation needs one to work in. */
function afterOpening(
  run: Run,
  database: DatabaseState,
  connection: ConnectionState,
  { success }: OpenStep,
): void {
  for (const [position, op] of success.entries()) {
    if (op.do === 'close') connection.handle.close()
    if (op.do !== 'transaction') continue
    startTransaction(run, database, connection, {
      ...op,
      stream: `${connection.stream}+${position}`,
    })
  }
}

export function deleteDatabase(
  run: Run,
  database: DatabaseState,
  stream: string,
  blocked: 'now' | 'later' | undefined,
): void {
  const request = attempt(run, stream, 'deleteDatabase', () =>
    database.environment.indexedDB.deleteDatabase(database.name),
  )
  if (!request) return
  follow(run, database, stream, request, { blocked })
  for (const type of ['success', 'error']) {
    request.addEventListener(type, (event) => {
      const outcome = type === 'success' ? describe(request.result) : errorName(request.error)
      write(run, stream, `${eventText(event)} ${outcome}`)
      end(run)
    })
  }
}

/** What open and delete requests have in common: they wait in a queue and may be blocked. */
function follow(
  run: Run,
  database: DatabaseState,
  stream: string,
  request: IDBOpenDBRequest,
  { blocked }: { readonly blocked?: 'now' | 'later' | undefined },
): void {
  begin(run)
  const ranBesideTransaction = database.transactions.some(({ hasEnded }) => !hasEnded)
  const state: OpenState = { stream, ranBesideTransaction }
  database.pendingRequests.add(state)
  const stop = (): void => void database.pendingRequests.delete(state)
  request.addEventListener('upgradeneeded', stop)
  request.addEventListener('success', stop)
  request.addEventListener('error', stop)
  request.addEventListener('blocked', (event) => {
    if (!state.ranBesideTransaction) write(run, stream, eventText(event))
    // Not those that a later task may find opened meanwhile: when `blocked` fires beside a transaction is no one's promise.
    const connections = [...database.connections]
    if (blocked === 'later') nextTask(() => closeEach(connections))
    else closeEach(connections)
  })
}

export function closeAll({ connections }: DatabaseState): void {
  closeEach(connections)
}

function closeEach(connections: readonly ConnectionState[]): void {
  for (const { handle } of connections) handle.close()
}

function addConnection(
  run: Run,
  database: DatabaseState,
  stream: string,
  handle: IDBDatabase,
  step: OpenStep,
): ConnectionState {
  const { environment } = database
  const connection = { stream: `${stream} connection`, environment, handle, isUpgraded: true }
  database.connections.push(connection)
  listenToConnection(run, database, connection, step)
  return connection
}

function listenToConnection(
  run: Run,
  database: DatabaseState,
  connection: ConnectionState,
  { versionchange, connectionError }: OpenStep,
): void {
  const { handle, stream } = connection
  handle.addEventListener('versionchange', (event) => {
    write(run, stream, eventText(event))
    reactToVersionChange(handle, versionchange)
  })
  handle.addEventListener('close', (event) => {
    // Known difference: Firefox fires it at a connection whose upgrade was aborted.
    if (connection.isUpgraded) write(run, stream, eventText(event))
  })
  listenToBubbling(run, database, handle, 'error', connectionError)
  listenToBubbling(run, database, handle, 'abort', undefined)
}

/** Events of the connection's transactions go to the streams of those. */
function listenToBubbling(
  run: Run,
  database: DatabaseState,
  handle: IDBDatabase,
  type: 'error' | 'abort',
  reaction: Reaction | undefined,
): void {
  const writeEvent = (how: string, event: Event): void => {
    const transaction = database.transactions.find(
      (it) => it.handle === event.target || it.labels.has(event.target ?? it),
    )
    if (!transaction) return write(run, 'main', `${how} ${type} of an unknown target`)
    const label = labelOf(transaction, event.target)
    write(run, transaction.stream, `${how} ${eventText(event)} of ${label}`)
  }
  if (run.program.capture) {
    handle.addEventListener(type, (event) => writeEvent('captured by connection', event), true)
  }
  handle.addEventListener(type, (event) => {
    writeEvent('connection:', event)
    react(event, reaction)
  })
}

function reactToVersionChange(
  handle: IDBDatabase,
  reaction: VersionChangeReaction | undefined,
): void {
  if (reaction?.startsWith('close')) handle.close()
  if (reaction?.endsWith('throw')) throw new ListenerError('A listener of the program throws')
}
