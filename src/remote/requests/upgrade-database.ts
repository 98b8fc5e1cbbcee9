/** Making a database, or upgrading it to a higher version. */
import { failure } from '../../errors.ts'
import type { RemoteConnection } from '../connection.ts'
import type { FoundDatabase } from '../database.ts'
import { nameBytes } from '../names.ts'
import type { Lease } from '../pool.ts'
import { beginRelaxed, beginStrict, rollback } from '../sql/transaction-statements.ts'
import type { RemoteTransaction } from '../transaction/transaction.ts'
import type { Outcome } from '../transaction/transaction-options.ts'
import { numberIn, type Row } from '../wire/statement.ts'
import type { Wire } from '../wire/wire.ts'
import { againAfterLoss } from '../after-loss.ts'
import { closeOthers } from './close-others.ts'
import { enterAlone } from './enter-alone.ts'
import { findDatabase } from './find-database.ts'
import type { NamedDatabase } from './named-database.ts'
import { takeTurn } from './take-turn.ts'
import { type Opening, placeConnection, versionFailure } from './place-connection.ts'

/**
 * Takes the database for itself, has all connections to it closed, and runs the upgrade transaction; answers the request.
 *
 * @throws StatementError, StorageError, AbortError when the request is cancelled
 * https://w3c.github.io/IndexedDB/#upgrade-a-database
 */
export async function upgradeDatabase(opening: Opening): Promise<void> {
  let hasFound = false
  const noteFound = (): void => void (hasFound = true)
  await againAfterLoss(
    () => upgradeOnce(opening, noteFound),
    () => !hasFound,
  )
}

async function upgradeOnce(opening: Opening, noteFound: () => void): Promise<void> {
  const { pool } = opening.named.services
  const lease = await pool.acquireForRequest()
  let taken: Taken | null
  try {
    taken = await takeDatabase(opening, lease, noteFound)
  } catch (error) {
    // It is in the middle of a transaction.
    lease.wire.cutOff()
    pool.release(lease)
    throw error
  }
  // From here on it waits for no one: it comes to its end.
  if (taken) await runUpgrade(opening, lease, taken)
}

/** What is to be upgraded: it has no other connection, and can have none until the transaction ends. */
interface Taken {
  readonly connection: RemoteConnection
  /** The number that the commit leaves. */
  readonly token: number
  /** Of key generators: store and number. */
  readonly numbers: readonly Row[]
  readonly oldVersion: number
  readonly version: number
}

/** null: the request is answered, as another has upgraded it. `noteFound` is called before anyone is asked to close. */
async function takeDatabase(
  opening: Opening,
  lease: Lease,
  noteFound: () => void,
): Promise<Taken | null> {
  const { named, requested, listener, request } = opening
  const { pool, durability } = named.services
  const { wire } = lease
  const begin = durability === 'strict' ? beginStrict : beginRelaxed
  const turn = { wire, request, begin }
  const found = await takeTurn(turn, () => findOrMake(named, wire))
  noteFound()
  const oldVersion = found.schema.version
  const version = requested ?? (oldVersion || 1)
  if (oldVersion < version) {
    await closeAll(opening, lease, { found, version })
    return { ...(await enterUpgrade(opening, lease, found)), oldVersion, version }
  }
  // Another has upgraded it meanwhile.
  if (oldVersion === version) listener.opened(await placeConnection(named, lease, found))
  else {
    await wire.ask(rollback)
    listener.failed(versionFailure(named.name, { oldVersion, version }))
  }
  pool.release(lease)
  return null
}

/** The database, which nothing else can have until the transaction ends; one of version 0 where there is none. */
async function findOrMake({ services, name }: NamedDatabase, wire: Wire): Promise<FoundDatabase> {
  const { schemas } = services.sql
  for (;;) {
    const [, found] = await Promise.all([
      wire.ask(schemas.make, [nameBytes(name)]),
      findDatabase(wire, schemas, name, { alone: true }),
    ])
    // One that was there may be deleted by the process whose lock was waited for.
    if (found) return found
  }
}

/** Has the connections to the database closed. */
function closeAll(
  { named: { services, connections }, request, listener }: Opening,
  lease: Lease,
  { found, version }: { readonly found: FoundDatabase; readonly version: number },
): Promise<void> {
  const oldVersion = found.schema.version
  return closeOthers({
    services,
    lease,
    db: found.id,
    connections,
    oldVersion,
    newVersion: version,
    request,
    blocked: (blockers) => listener.blocked(oldVersion, version, blockers),
  })
}

function runUpgrade(
  opening: Opening,
  lease: Lease,
  { connection, token, numbers, oldVersion, version }: Taken,
): Promise<void> {
  const { upgrades } = opening.named.services
  return new Promise((resolve) => {
    const transaction = connection.startUpgrade(lease, token, (outcome) => {
      upgrades.delete(transaction)
      answerUpgraded(opening, connection, outcome)
      resolve()
    })
    upgrades.add(transaction)
    for (const row of numbers) transaction.ground?.numbers.found(numberIn(row, 0), numberIn(row, 1))
    setVersion(transaction, connection, version)
    opening.listener.upgradeNeeded(connection, transaction, oldVersion)
  })
}

/** Locks the stores against those whose sessions are over, raises the epoch, and makes the connection. */
async function enterUpgrade({ named }: Opening, lease: Lease, found: FoundDatabase) {
  const { sql, session } = named.services
  const { wire } = lease
  const { token, result } = await enterAlone(named.services, lease, named.name, () =>
    Promise.all([
      wire.ask(sql.schemas.raiseEpoch, [found.id]),
      wire.ask(sql.schemas.raiseStores, [found.id]),
      wire.ask(sql.schemas.numbers, [found.id]),
    ]),
  )
  const [[row], , numbers] = result
  if (!row) throw new Error('unreachable: a database that is locked is not there')
  const epoch = numberIn(row, 0)
  const connection = named.connect({ ...found, epoch })
  try {
    await wire.ask(sql.sessions.connect, [connection.id, session.client, found.id, epoch])
  } catch (error) {
    connection.close()
    throw error
  }
  return { connection, token, numbers }
}

/** The first change of the upgrade; nothing is to be told of it. */
function setVersion(
  transaction: RemoteTransaction,
  connection: RemoteConnection,
  version: number,
): void {
  const change = { type: 'setVersion', version } as const
  transaction.execute({ type: 'changeSchema', change }, { record() {}, done() {}, failed() {} })
  connection.schema = { ...connection.schema, version }
}

/** The request's answer once its upgrade transaction has ended. */
function answerUpgraded(
  { named: { name }, listener }: Opening,
  connection: RemoteConnection,
  outcome: Outcome,
): void {
  if (outcome === 'aborted') {
    connection.close()
    const message = `The upgrade of database "${name}" to version ${connection.schema.version} was aborted`
    return listener.failed(failure('AbortError', message))
  }
  connection.isPlaced = true
  if (!connection.closePending) return listener.opened(connection)
  const message = `The connection to database "${name}" was closed`
  listener.failed(failure('AbortError', message))
}
