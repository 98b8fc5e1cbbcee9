/** Marks in a history: the commit of each step carries its number, and is found if and only if the step is. */
import type {
  ClosableHost,
  HostConnection,
  HostTransaction,
} from '../../../src/protocol/protocol.ts'
import type { StorageDirectory } from '../../../src/storage/storage.ts'
import type { Step } from '../../kit/history/step.ts'

const client = 'crash'
const slotCount = 3

/** Has all that the host commits carry the number of the step that it was asked for in. */
export function marking(host: ClosableHost, stepNumber: () => number): ClosableHost {
  const open = host.open.bind(host)
  return Object.assign(host, {
    open(...[name, version, listener]: Parameters<ClosableHost['open']>) {
      const number = stepNumber()
      return open(name, version, {
        blocked: (oldVersion, newVersion) => listener.blocked(oldVersion, newVersion),
        upgradeNeeded(connection, transaction, oldVersion) {
          mark(transaction, number)
          listener.upgradeNeeded(markAll(connection, stepNumber), transaction, oldVersion)
        },
        opened: (connection) => listener.opened(markAll(connection, stepNumber)),
        failed: (reason) => listener.failed(reason),
      })
    },
  })
}

function markAll(connection: HostConnection, stepNumber: () => number): HostConnection {
  const create = connection.createTransaction.bind(connection)
  return Object.assign(connection, {
    createTransaction(...place: Parameters<HostConnection['createTransaction']>) {
      const transaction = create(...place)
      return place[1] === 'readwrite' ? mark(transaction, stepNumber()) : transaction
    },
  })
}

function mark(transaction: HostTransaction, number: number): HostTransaction {
  const commit = transaction.commit.bind(transaction)
  return Object.assign(transaction, {
    commit: (failuresSeen: number) =>
      commit(failuresSeen, { client, slot: number % slotCount, number }),
  })
}

/** The marks that the steps of a history leave. */
export class ExpectedMarks {
  /** Database → slot → the last step. */
  readonly #marks = new Map<string, Map<number, number>>()

  /** The step has happened. */
  note(step: Step, number: number): void {
    if (step.type === 'deleteDatabase') return void this.#marks.delete(step.database)
    if (step.type === 'transaction' && (step.isAborted || step.changes.length === 0)) return
    const slots = this.#marks.get(step.database) ?? new Map<number, number>()
    this.#marks.set(step.database, slots.set(number % slotCount, number))
  }

  /** As `marksIn()`. */
  text(): string {
    const lines = Array.from(this.#marks, ([name, slots]) => lineOf(name, (it) => slots.get(it)))
    return lines.sort().join('\n')
  }
}

/** All marks that are in the databases of a directory, as text. */
export async function marksIn(directory: StorageDirectory): Promise<string> {
  const lines: string[] = []
  for (const { name } of await directory.list()) {
    const database = await directory.openExisting(name)
    if (!database) throw new Error(`Database ${name} is listed, and not there`)
    lines.push(lineOf(name, (slot) => database.markOf(client, slot)))
    await database.close()
  }
  return lines.sort().join('\n')
}

function lineOf(name: string, numberOf: (slot: number) => number | null | undefined): string {
  const slots = Array.from({ length: slotCount }, (_, slot) => numberOf(slot) ?? 'none')
  return `${name}: ${slots.join(' ')}`
}
