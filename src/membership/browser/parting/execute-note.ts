/** Executes what a page has noted as it went. */
import { checkOperation, checkScope } from '../../../port/serving/check-operation.ts'
import type { CommitMark, CommitOutcome, Host, HostConnection } from '../../../protocol/protocol.ts'
import type { Parting } from '../../session/services.ts'

/**
 * Unless it was committed before: then the file has its mark. Its database being changed or gone, it is dropped. `outcomeOf` answers
 * `unknown` where the file was salvaged, or has had the marks of thousands of clients since: then it is not executed either.
 *
 * @throws whatever its operations are refused for, as those of a client would be
 */
export async function executeNote(host: Host, note: Parting): Promise<void> {
  const connection = await connect(host, note)
  if (!connection) return
  try {
    check(note, connection)
    if ((await outcomeOf(host, note.name, note.mark)) === 'absent') await execute(connection, note)
  } finally {
    connection.close()
  }
}

function check({ storeIds, operations }: Parting, { schema, limits }: HostConnection): void {
  checkScope(storeIds, schema)
  const rights = { mode: 'readwrite', storeIds, schema, limits } as const
  for (const operation of operations) checkOperation(operation, rights)
}

/** A file that cannot be read has nothing of it. */
function outcomeOf(host: Host, name: string, mark: CommitMark): Promise<CommitOutcome> {
  return new Promise((resolve) =>
    host.outcomeOf(name, mark, { done: resolve, failed: () => resolve('absent') }),
  )
}

/** null: the database is not there at that version. */
function connect(host: Host, { name, version }: Parting): Promise<HostConnection | null> {
  return new Promise((resolve) => {
    host.open(name, version, {
      blocked: () => {},
      upgradeNeeded(connection, transaction) {
        connection.listen({
          versionChange: (_from, _to, told) => told(),
          closing() {},
          closed() {},
        })
        transaction.listen({ ...nothing, committed() {}, aborted() {} })
        transaction.abort()
      },
      opened(connection) {
        connection.listen({
          versionChange(_from, _to, told) {
            connection.close()
            told()
          },
          closing() {},
          closed() {},
        })
        resolve(connection)
      },
      failed: () => resolve(null),
    })
  })
}

const nothing = { wentAhead() {}, caughtUp() {}, declined() {} }

/** Resolves when the transaction has ended, however it has. */
function execute(connection: HostConnection, note: Parting): Promise<void> {
  return new Promise((resolve) => {
    const { storeIds, durability, operations, mark } = note
    const listener = { ...nothing, committed: resolve, aborted: () => resolve() }
    const transaction = connection.createTransaction(storeIds, 'readwrite', durability, listener)
    const receiver = { record() {}, done() {}, failed() {} }
    for (const operation of operations) transaction.execute(operation, receiver)
    transaction.commit(0, mark)
  })
}
