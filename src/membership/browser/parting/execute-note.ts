/** Executes what a page has noted as it went. */
import type { CommitMark, CommitOutcome, Host, HostConnection } from '../../../protocol/protocol.ts'
import type { Note } from './note.ts'

/**
 * Unless it was committed before: then the file has its mark. Its database being changed or gone, it is dropped. `outcomeOf` answers
 * `unknown` where the file was salvaged, or has had the marks of thousands of clients since: then it is not executed either.
 */
export async function executeNote(host: Host, note: Note): Promise<void> {
  const connection = await connect(host, note)
  if (!connection) return
  if ((await outcomeOf(host, note.name, note.mark)) === 'absent') await execute(connection, note)
  connection.close()
}

/** A file that cannot be read has nothing of it. */
function outcomeOf(host: Host, name: string, mark: CommitMark): Promise<CommitOutcome> {
  return new Promise((resolve) =>
    host.outcomeOf(name, mark, { done: resolve, failed: () => resolve('absent') }),
  )
}

/** null: the database is not there at that version. */
function connect(host: Host, { name, version }: Note): Promise<HostConnection | null> {
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
function execute(connection: HostConnection, { begin, others }: Note): Promise<void> {
  return new Promise((resolve) => {
    const ended = { committed: resolve, aborted: () => resolve() }
    const { storeIds, mode, durability } = begin
    const listener = { ...nothing, ...ended }
    const transaction = connection.createTransaction(storeIds, mode, durability, listener)
    const receiver = { record() {}, done() {}, failed() {} }
    for (const call of others) {
      if (call.type === 'execute') transaction.execute(call.operation, receiver)
      if (call.type === 'commit') transaction.commit(call.failuresSeen, call.mark)
    }
  })
}
