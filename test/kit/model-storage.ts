/**
 * A storage directory in a few maps: the storage seam's simplest faithful model, whose failures and syncs a test can
 * steer. A transaction works on a copy, which takes the committed state's place when it commits.
 */
import { StorageError } from '../../src/errors.ts'
import type { EncodedRange } from '../../src/keys/key-range.ts'
import type { StorageLimits } from '../../src/storage/limits.ts'
import type {
  CommitMark,
  Counting,
  RecordReceiver,
  Scan,
  Storage,
  StorageCare,
  StorageDirectory,
  StorageDurability,
} from '../../src/storage/storage.ts'
import { copyOf, type ModelState, newState } from './model-state.ts'
import { countRows, receiveRows } from './model-scan.ts'
import { ModelTransaction } from './model-transaction.ts'

/** Low enough to be reached by a test. */
export const modelLimits: StorageLimits = {
  recordBytes: 1_000_000,
  keyBytes: 100_000,
  nameUnits: 10_000,
  highestId: 1_000,
}

export class ModelDirectory implements StorageDirectory {
  readonly identity = null
  readonly limits = modelLimits
  readonly files = new Map<string, ModelState>()
  /** By client and slot. */
  readonly deletions = new Map<string, { mark: CommitMark; version: number }>()
  readonly opened: ModelStorage[] = []
  /** What happened, in order. */
  readonly log: string[] = []
  /** Called at the start of each step of that name; may throw. */
  readonly before = new Map<string, () => void>()
  /** Whether databases can sync in the background; each then waits in `syncs`. */
  canSyncLater = false
  readonly syncs: { resolve: () => void; reject: (error: StorageError) => void }[] = []

  /** Whether databases can look for their files, and whether it takes a promise, too; each then waits in `verifications`. */
  canVerify = false
  canVerifyLater = false
  readonly verifications: { resolve: () => void; reject: (error: StorageError) => void }[] = []

  /** How many times a count goes on before it is over. */
  piecesOfCount = 0

  /** How much each database says is pending. */
  pendingBytes = 0
  hasLostSync = false

  /** Takes over what another holds, which goes its own way then. */
  takeOver(former: ModelDirectory): void {
    for (const [name, state] of former.files) {
      const { clients, ...others } = state.marks
      const copies = Array.from(clients, ([client, slots]) => [client, new Map(slots)] as const)
      this.files.set(name, { ...copyOf(state), marks: { ...others, clients: new Map(copies) } })
    }
    for (const [place, deletion] of former.deletions) this.deletions.set(place, deletion)
  }

  step(name: string): void {
    this.log.push(name)
    this.before.get(name)?.()
  }

  async own() {
    this.step('own')
  }

  async list() {
    this.step('list')
    const listed = Array.from(
      this.files,
      ([
        name,
        {
          schema: { version },
        },
      ]) => ({ name, version }),
    )
    return listed.filter(({ version }) => version > 0)
  }

  async open(name: string) {
    this.step('open')
    if (this.opened.some((database) => database.name === name)) throw new Error('opened twice')
    const database = new ModelStorage(this, name)
    this.opened.push(database)
    return database
  }

  async openExisting(name: string) {
    return this.files.has(name) ? this.open(name) : null
  }

  async delete(name: string, mark?: CommitMark) {
    this.step('delete')
    if (this.opened.some((database) => database.name === name)) throw new Error('still open')
    const version = this.files.get(name)?.schema.version ?? 0
    this.files.delete(name)
    if (mark && version > 0) this.deletions.set(`${mark.client} ${mark.slot}`, { mark, version })
    return version
  }

  async deletedFor({ client, slot, number }: CommitMark): Promise<number | 'unknown' | null> {
    this.step('deletedFor')
    const done = this.deletions.get(`${client} ${slot}`)
    return done?.mark.number === number ? done.version : null
  }

  async forgetDeletion({ client, slot }: CommitMark) {
    this.step('forgetDeletion')
    this.deletions.delete(`${client} ${slot}`)
  }

  async close() {
    if (this.opened.length > 0) throw new Error('databases are still open')
    this.step('close directory')
  }
}

export class ModelStorage implements Storage {
  readonly name: string
  readonly durability: StorageDurability
  readonly care: StorageCare
  readonly #directory: ModelDirectory
  #committed: ModelState
  #transaction: ModelTransaction | null = null

  constructor(directory: ModelDirectory, name: string) {
    this.#directory = directory
    this.name = name
    this.#committed = directory.files.get(name) ?? newState()
    this.durability = durabilityOf(directory)
    this.care = {
      salvaged: null,
      noteReported: () => {},
      pendingBytes: () => directory.pendingBytes,
      housekeep: () => this.#housekeep(),
      check: () => [],
    }
  }

  get schema() {
    return this.#committed.schema
  }

  get transaction() {
    return this.#transaction
  }

  scan(scan: Scan, receive: RecordReceiver) {
    this.#directory.step('scan')
    receiveRows(this.#current(), scan, receive)
  }

  count(storeId: number, indexId: number, range: EncodedRange) {
    this.#directory.step('count')
    return countRows(this.#current(), { storeId, indexId, range })
  }

  countInPieces(storeId: number, indexId: number, range: EncodedRange): number | Counting {
    let left = this.#directory.piecesOfCount
    if (left === 0) return this.count(storeId, indexId, range)
    this.#directory.step('begin to count')
    return {
      next: () => {
        if (--left === 0) return this.count(storeId, indexId, range)
        this.#directory.step('count on')
        return null
      },
    }
  }

  markOf(client: string, slot: number) {
    this.#directory.step('markOf')
    return this.#committed.marks.clients.get(client)?.get(slot) ?? null
  }

  get hasLostMarks() {
    return this.#committed.marks.hasLostSome
  }

  get incarnation() {
    return this.#committed.marks.incarnation
  }

  begin() {
    this.#directory.step('begin')
    if (this.#transaction) throw new Error('there is a transaction already')
    this.#transaction = new ModelTransaction(this.#committed, {
      step: (name) => this.#directory.step(name),
      ended: (state) => this.#end(state),
    })
    return this.#transaction
  }

  async close({ keepsBegun } = { keepsBegun: false }) {
    this.#directory.step('close')
    this.#transaction = null
    this.#directory.opened.splice(this.#directory.opened.indexOf(this), 1)
    if (this.schema.version === 0 && !keepsBegun) this.#directory.files.delete(this.name)
  }

  /** `state`: what was committed; null: nothing. */
  #end(state: ModelState | null) {
    this.#transaction = null
    if (!state) return
    this.#committed = state
    this.#directory.files.set(this.name, state)
  }

  #current(): ModelState {
    return this.#transaction?.state ?? this.#committed
  }

  #housekeep() {
    this.#directory.step(this.#transaction ? 'housekeep in a transaction' : 'housekeep')
    return false
  }
}

function durabilityOf(directory: ModelDirectory): StorageDurability {
  const { canSyncLater, canVerify, canVerifyLater } = directory
  return {
    sync: () => directory.step('sync'),
    get hasLostSync() {
      return directory.hasLostSync
    },
    ...(canVerify && { verify: () => directory.step('verify') }),
    ...(canSyncLater && { syncLater: () => steered('syncLater', directory, directory.syncs) }),
    ...(canVerifyLater && {
      verifyLater: () => steered('verifyLater', directory, directory.verifications),
    }),
  }
}

/** A promise that the test settles. */
function steered(
  name: string,
  directory: ModelDirectory,
  waiting: { resolve: () => void; reject: (error: StorageError) => void }[],
): Promise<void> {
  directory.step(name)
  return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
}
