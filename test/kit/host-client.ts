/** A realm in few lines: asks a host and notes what it answers, by promise or in a log. */
import type { Failure } from '../../src/errors.ts'
import { ValueBytes } from '../../src/bytes/value-bytes.ts'
import { encodeNumberKey } from '../../src/keys/number-key.ts'
import type {
  CommitMark,
  CommitOutcome,
  ConnectionListener,
  DeleteListener,
  Durability,
  Host,
  HostConnection,
  HostTransaction,
  ObjectStoreSchema,
  OpenListener,
  Operation,
  OperationReceiver,
  RecordBytes,
  RequestOrigin,
  SchemaChange,
} from '../../src/protocol/protocol.ts'

/** Everything below notes here what it hears, in order. */
export type Log = string[]

export function store(id: number, options: Partial<ObjectStoreSchema> = {}): ObjectStoreSchema {
  const defaults = { name: `store ${id}`, keyPath: null, autoIncrement: false, indexes: new Map() }
  return { id, ...defaults, ...options }
}

export function createStores(...stores: ObjectStoreSchema[]): SchemaChange[] {
  return stores.map((it) => ({ type: 'createObjectStore', store: it }))
}

/** Notes versionchange and answers at once; closes the connection where told to. Notes what else closes it, and why. */
function connectionListener(
  log: Log,
  connection: HostConnection,
  onVersionChange: 'ignore' | 'close' = 'ignore',
): ConnectionListener {
  return {
    versionChange(oldVersion, newVersion, delivered) {
      log.push(`versionchange ${oldVersion} ${newVersion}`)
      if (onVersionChange === 'close') connection.close()
      delivered()
    },
    closing: () => log.push('closing'),
    closed: (reason) => void (reason && log.push(`closed ${reason.name}`)),
  }
}

export interface OpenOptions {
  readonly log?: Log
  readonly version?: number
  readonly changes?: readonly SchemaChange[]
  readonly onVersionChange?: 'ignore' | 'close'
  /** The mark of the upgrade's commit. */
  readonly mark?: CommitMark
  readonly origin?: RequestOrigin
  /** What to do with the upgrade instead of committing it. */
  readonly upgrade?: (connection: HostConnection, transaction: HostTransaction) => void
}

/** Opens a database; rejects with the failure. */
export function open(host: Host, name: string, options: OpenOptions = {}): Promise<HostConnection> {
  return new Promise((resolve, reject) => {
    host.open(name, options.version, openListener(options, resolve, reject), options.origin)
  })
}

function openListener(
  options: OpenOptions,
  resolve: (connection: HostConnection) => void,
  reject: (failure: Failure) => void,
): OpenListener {
  const { log = [], changes = [], onVersionChange, upgrade, mark } = options
  let isListening = false
  const listen = (connection: HostConnection) => {
    if (!isListening) connection.listen(connectionListener(log, connection, onVersionChange))
    isListening = true
  }
  return {
    blocked: (oldVersion, newVersion) => log.push(`blocked ${oldVersion} ${newVersion}`),
    upgradeNeeded(connection, transaction, oldVersion) {
      log.push(`upgradeNeeded ${oldVersion} ${connection.schema.version}`)
      listen(connection)
      transaction.listen(transactionListener(log, 'upgrade'))
      for (const change of changes) {
        transaction.execute({ type: 'changeSchema', change }, operationReceiver(log, change.type))
      }
      if (upgrade) queueMicrotask(() => upgrade(connection, transaction))
      else queueMicrotask(() => transaction.commit(0, mark))
    },
    opened(connection) {
      log.push('opened')
      listen(connection)
      resolve(connection)
    },
    failed(failure) {
      log.push(`failed ${failure.name}`)
      reject(failure)
    },
  }
}

/** Attaches to a database; rejects with the failure. */
export function attach(
  host: Host,
  name: string,
  version: number,
  { log = [], onVersionChange }: Pick<OpenOptions, 'log' | 'onVersionChange'> = {},
): Promise<HostConnection> {
  return new Promise((resolve, reject) => {
    host.attach(name, version, {
      attached(connection) {
        log.push('attached')
        connection.listen(connectionListener(log, connection, onVersionChange))
        resolve(connection)
      },
      failed: reject,
    })
  })
}

export function outcomeOf(
  host: Host,
  name: string,
  mark: CommitMark,
  incarnation?: number | null,
): Promise<CommitOutcome> {
  return new Promise((done, failed) => host.outcomeOf(name, mark, { done, failed }, incarnation))
}

export function deleteDatabase(host: Host, name: string, log: Log = []): Promise<number> {
  return new Promise((resolve, reject) => {
    const listener: DeleteListener = {
      blocked: (oldVersion) => log.push(`blocked ${oldVersion} null`),
      deleted(oldVersion) {
        log.push(`deleted ${oldVersion}`)
        resolve(oldVersion)
      },
      failed: reject,
    }
    host.delete(name, listener)
  })
}

export function listDatabases(host: Host) {
  return new Promise<readonly { name: string; version: number }[]>((done, failed) =>
    host.databases({ done, failed }),
  )
}

/** A transaction that notes its end as `title committed` or `title aborted CODE`. */
export class Tester {
  readonly transaction: HostTransaction
  /** Resolves at its end, told by the host, with what was noted. */
  readonly ended: Promise<string>
  readonly #log: Log
  readonly #title: string

  constructor(
    connection: HostConnection,
    options: {
      title?: string
      log?: Log
      stores?: number[]
      mode?: 'readonly' | 'readwrite'
      durability?: Durability
      resumes?: boolean
    } = {},
  ) {
    const { title = 'tx', log = [], stores = [1], mode = 'readwrite' } = options
    this.#title = title
    this.#log = log
    let end = (_note: string): void => {}
    this.ended = new Promise((resolve) => (end = resolve))
    const listener = transactionListener(log, title, end)
    const { durability = 'default', resumes } = options
    this.transaction = connection.createTransaction(stores, mode, durability, listener, resumes)
  }

  execute(operation: Operation, title = ''): Promise<Answer> {
    return new Promise((resolve) => {
      const name = `${this.#title} ${title || operation.type}`
      this.transaction.execute(operation, operationReceiver(this.#log, name, resolve))
    })
  }

  async commit(failuresSeen = 0, mark?: CommitMark): Promise<string> {
    this.transaction.commit(failuresSeen, mark)
    return this.ended
  }
}

function transactionListener(log: Log, title: string, end: (note: string) => void = () => {}) {
  const note = (text: string) => {
    log.push(`${title} ${text}`)
    end(text)
  }
  return {
    wentAhead: () => log.push(`${title} wentAhead`),
    caughtUp: () => log.push(`${title} caughtUp`),
    declined: () => log.push(`${title} declined`),
    committed: () => note('committed'),
    aborted: ({ name }: Failure) => note(`aborted ${name}`),
  }
}

/** How an operation ended, with what it found. */
export interface Answer {
  readonly result?: Uint8Array | number | undefined
  readonly failure?: Failure
  /** Key and value of each record. */
  readonly records: readonly { readonly key: number[]; readonly value: number[] }[]
}

function operationReceiver(
  log: Log,
  title: string,
  resolve: (answer: Answer) => void = () => {},
): OperationReceiver {
  const records: { readonly key: number[]; readonly value: number[] }[] = []
  return {
    record({ bytes, keyStart, keyEnd, valueStart, valueEnd }: RecordBytes) {
      const [key, value] = [bytes.slice(keyStart, keyEnd), bytes.slice(valueStart, valueEnd)]
      // Few tests look at large values.
      records.push({
        get key() {
          return [...key]
        },
        get value() {
          return [...value]
        },
      })
    },
    done(result) {
      log.push(`${title} done`)
      resolve({ result, records })
    },
    failed(failure) {
      log.push(`${title} failed ${failure.name}`)
      resolve({ failure, records })
    },
  }
}

export type Put = Extract<Operation, { type: 'put' }>

/** A put whose value is lent. */
export function put(
  key: number,
  value: ArrayLike<number> = [1],
  options: Partial<Omit<Put, 'value'>> = {},
): Put {
  const defaults = { storeId: 1, indexKeys: null, overwrite: true, generated: null }
  const bytes = { key: encodeNumberKey(key), value: new ValueBytes(new Uint8Array(value), 'lent') }
  return { type: 'put', ...defaults, ...bytes, ...options }
}

export const all = { lower: Uint8Array.of(0x00), upper: Uint8Array.of(0xff) }

export function count(storeId = 1): Operation {
  return { type: 'count', storeId, indexId: 0, range: all }
}

export function scan(storeId = 1): Operation {
  const place = { after: null, inclusive: false, skip: 0, limit: Infinity, limitBytes: Infinity }
  const what = { storeId, indexId: 0, range: all, withValues: true }
  return { type: 'scan', direction: 'next', ...what, ...place } as const
}

/** A turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Turns enough for whatever is under way, over ports too, to come to rest. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn()
}
