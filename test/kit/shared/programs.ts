/** Programs of one member whose every answer is noted, so that a run with a change of owner can be compared with one without. */
import type { Host, HostConnection, Operation } from '../../../src/protocol/protocol.ts'
import { encodeNumberKey } from '../../../src/keys/number-key.ts'
import { ValueBytes } from '../../../src/bytes/value-bytes.ts'
import type { ModelState } from '../model-state.ts'
import {
  type Answer,
  count,
  createStores,
  deleteDatabase,
  listDatabases,
  open,
  put,
  scan,
  store,
  Tester,
  turn,
} from '../host-client.ts'

/** What a program notes, by what it is about: the order between two titles is not the program's. */
export class Notes {
  readonly #logs = new Map<string, string[]>()

  log(title: string): string[] {
    const known = this.#logs.get(title)
    if (known) return known
    const log: string[] = []
    this.#logs.set(title, log)
    return log
  }

  note(title: string, what: unknown): void {
    this.log(title).push(JSON.stringify(what, replacer))
  }

  /** A transaction whose answers are noted with what they hold. */
  tester(
    connection: HostConnection,
    title: string,
    options: { stores?: number[]; mode?: 'readonly' | 'readwrite' } = {},
  ) {
    const tester = new Tester(connection, { title, log: this.log(title), ...options })
    return {
      execute: (operation: Operation): Promise<Answer> => {
        const answer = tester.execute(operation)
        void answer.then((given) => this.note(`${title} answers`, given))
        return answer
      },
      commit: (failuresSeen = 0) => tester.commit(failuresSeen),
      abort: () => tester.transaction.abort(),
      ended: tester.ended,
    }
  }

  toJSON() {
    return Object.fromEntries([...this.#logs].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

function replacer(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array || Array.isArray(value) ? shortOf(value) : value
}

/** Long lists as their length and a sum that each place counts in: texts of them would be all that a test does. */
function shortOf(list: ArrayLike<unknown>): unknown {
  if (list.length <= 1_000) return Array.from(list)
  return [
    list.length,
    Array.from(list, (item, i) => Number(item) * (i + 1)).reduce((a, b) => a + b),
  ]
}

/** More than goes into a parcel with others. */
const large = Uint8Array.from({ length: 66_000 }, (_, i) => i % 251)

function generated(storeId: number, value: number[]): Operation {
  const bytes = new ValueBytes(Uint8Array.from(value), 'lent')
  const generatedPlaces = { valueOffset: -1, indexKeyOffsets: [] }
  return {
    type: 'put',
    storeId,
    key: null,
    value: bytes,
    indexKeys: null,
    overwrite: false,
    generated: generatedPlaces,
  }
}

function remove(key: number, storeId = 1): Operation {
  const encoded = encodeNumberKey(key)
  return { type: 'deleteRange', storeId, range: { lower: encoded, upper: null } }
}

function scanSome(limit: number): Operation {
  return { ...scan(), limit } as Operation
}

export type Program = (host: Host, notes: Notes) => Promise<void>

const stores = createStores(store(1), store(2, { autoIncrement: true }))

function openNoted(host: Host, notes: Notes, version = 1) {
  return open(host, 'db', { log: notes.log('open'), version, changes: stores })
}

/** Waits for everything that a program asks for; what it does not await it lets overlap. */
export const programs: Record<string, Program> = {
  'one put after another': async (host, notes) => {
    const connection = await openNoted(host, notes)
    for (let i = 0; i < 4; i++) {
      const transaction = notes.tester(connection, `tx ${i}`)
      await transaction.execute(put(i, [i]))
      await transaction.execute(scan())
      await transaction.commit()
    }
    connection.close()
    await connection.closed
  },
  'generated keys, counted': async (host, notes) => {
    const connection = await openNoted(host, notes)
    for (let i = 0; i < 4; i++) {
      const transaction = notes.tester(connection, `tx ${i}`, { stores: [2] })
      await transaction.execute(generated(2, [i]))
      await transaction.execute(generated(2, [i, i]))
      await transaction.execute(count(2))
      await transaction.commit()
    }
  },
  'several transactions at once': async (host, notes) => {
    const connection = await openNoted(host, notes)
    const runs = Array.from({ length: 5 }, async (_, i) => {
      const mode = i % 2 ? 'readonly' : 'readwrite'
      const transaction = notes.tester(connection, `tx ${i}`, { mode })
      if (mode === 'readwrite') await transaction.execute(put(i, [i, i]))
      await transaction.execute(scan())
      await turn()
      await transaction.execute(count())
      await transaction.commit()
    })
    await Promise.all(runs)
  },
  'operations and the commit in one go': async (host, notes) => {
    const connection = await openNoted(host, notes)
    const ends = Array.from({ length: 5 }, (_, i) => {
      const transaction = notes.tester(connection, `tx ${i}`)
      for (let key = 0; key < 5; key++) void transaction.execute(put(key, [i, key]))
      void transaction.execute(scan())
      return transaction.commit()
    })
    await Promise.all(ends)
  },
  'failures seen and not seen': async (host, notes) => {
    const connection = await openNoted(host, notes)
    const first = notes.tester(connection, 'seen')
    await first.execute(put(1, [1]))
    await first.execute(put(1, [2], { overwrite: false }))
    await first.execute(put(2, [3]))
    await first.commit(1)
    const second = notes.tester(connection, 'unseen')
    void second.execute(put(3, [1]))
    void second.execute(put(1, [2], { overwrite: false }))
    await second.commit(0)
    const third = notes.tester(connection, 'aborted by its realm')
    await third.execute(put(4, [1]))
    third.abort()
    await notes.tester(connection, 'last').execute(scan())
  },
  'large values and many records': async (host, notes) => {
    const connection = await openNoted(host, notes)
    const transaction = notes.tester(connection, 'write')
    const value = new ValueBytes(large.slice(), 'own')
    void transaction.execute({ ...put(0), value })
    for (let i = 1; i < 200; i++) void transaction.execute(put(i, [i % 256]))
    await transaction.execute(count())
    await transaction.execute(remove(5))
    await transaction.commit()
    const reader = notes.tester(connection, 'read', { mode: 'readonly' })
    await reader.execute(scanSome(2))
    await reader.execute(scan())
    await reader.commit()
  },
  'upgrades, deletions and listings': async (host, notes) => {
    const first = await openNoted(host, notes)
    first.close()
    const second = await open(host, 'db', {
      log: notes.log('open'),
      version: 2,
      changes: createStores(store(3)),
    })
    const transaction = notes.tester(second, 'tx', { stores: [3] })
    await transaction.execute(put(1, [1], { storeId: 3 }))
    await transaction.commit()
    notes.note('list', await listDatabases(host))
    second.close()
    await second.closed
    await open(host, 'db', { log: notes.log('too low'), version: 1 }).catch(() => {})
  },
  'deletions, one after another': async (host, notes) => {
    const log = notes.log('delete')
    ;(await openNoted(host, notes)).close()
    notes.note('deleted', await deleteDatabase(host, 'db', log))
    ;(await open(host, 'db', { log: notes.log('again'), version: 3 })).close()
    const both = [deleteDatabase(host, 'db', log), deleteDatabase(host, 'db', log)]
    notes.note('both', await Promise.all(both))
    notes.note('list', await listDatabases(host))
  },
  'an upgrade with records, step by step': async (host, notes) => {
    await open(host, 'db', {
      log: notes.log('open'),
      version: 1,
      changes: stores,
      upgrade: (_connection, transaction) => {
        const log = notes.log('upgrade')
        const receive = (then: () => void) => ({
          record: () => {},
          done: (result: unknown) => {
            log.push(JSON.stringify(result, replacer) ?? 'undefined')
            setImmediate(then)
          },
          failed: () => log.push('failed'),
        })
        transaction.execute(
          put(1, [1]),
          receive(() =>
            transaction.execute(
              generated(2, [1]),
              receive(() =>
                transaction.execute(
                  count(2),
                  receive(() => transaction.commit(0)),
                ),
              ),
            ),
          ),
        )
      },
    })
  },
  'an upgrade that is aborted': async (host, notes) => {
    const upgrade = async (_connection: unknown, transaction: { abort(): void }) => {
      while (notes.log('open').length < 3) await turn()
      transaction.abort()
    }
    const options = { log: notes.log('open'), version: 1, changes: stores, upgrade }
    await open(host, 'db', options).catch(() => {})
    notes.note('list', await listDatabases(host))
  },
  'versionchange and blocked between its own connections': async (host, notes) => {
    const log = notes.log('first')
    const first = await open(host, 'db', { log, version: 1, changes: stores })
    const second = open(host, 'db', { log: notes.log('second'), version: 2 })
    while (!notes.log('second').some((line) => line.startsWith('blocked'))) await turn()
    for (let i = 0; i < 3; i++) {
      const transaction = notes.tester(first, `tx ${i}`)
      await transaction.execute(put(i, [i]))
      await transaction.commit()
    }
    first.close()
    ;(await second).close()
    notes.note('deleted', await deleteDatabase(host, 'never there', notes.log('delete')))
  },
}

/**
 * All records and numbers of a storage, for comparison. A file of version 0 is no database: an owner leaves it that is killed in the
 * first upgrade.
 */
export function contentsOf(files: ReadonlyMap<string, Pick<ModelState, 'schema'>>): string {
  const databases = [...files].filter(([, { schema }]) => schema.version > 0)
  return JSON.stringify(databases, (name, value: unknown) => {
    if (name === 'marks' || name === 'hasLostMarks') return undefined
    return value instanceof Map ? [...value] : replacer(name, value)
  })
}
