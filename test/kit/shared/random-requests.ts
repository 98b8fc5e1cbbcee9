/**
 * Members that open, upgrade, write, close and delete at random while their owners die between any two messages, and what must hold
 * after it: what was acknowledged was done once, what was said to have failed was not, nothing was done to a database that has
 * taken another's place, and nothing is stuck.
 *
 * Each transaction puts a record under a key that no other has, so that it can be found in what the storage was given.
 */
import type { Failure } from '../../../src/errors.ts'
import { encodeNumberKey } from '../../../src/keys/number-key.ts'
import type { Member } from '../../../src/membership/member.ts'
import type { CommitMark } from '../../../src/storage/storage.ts'
import type { HostConnection } from '../../../src/protocol/protocol.ts'
import { createStores, listDatabases, put, store } from '../host-client.ts'
import { type ModelState, textOf } from '../model-state.ts'
import { ModelDirectory } from '../model-storage.ts'
import { SharedDirectory } from './directory.ts'
import { Disturbance } from './disturbance.ts'
import { randomNumbers } from './random-numbers.ts'

/** How something was said to end; `dead`: no one was told, as the realm itself was the owner that died. */
type End = 'done' | 'failed' | 'unknown' | 'dead'

/** A transaction or an upgrade, which puts a record under its key. */
interface Write {
  readonly key: number
  readonly connection: HostConnection
  /** Of its database, when it ended; null: it was not known. */
  incarnation: number | null
  end: End
}

interface Deletion {
  readonly name: string
  end: End
  version: number
}

/** What the storage was given, by whichever owner. */
interface History {
  /** Key of a record → the incarnations of the databases that it was committed to. */
  readonly commits: Map<string, (number | null)[]>
  readonly deletions: { readonly name: string; readonly version: number; mark: string | null }[]
}

/** A storage that notes what is committed while it is the one there is. */
class NotedDirectory extends ModelDirectory {
  isCurrent = true
  readonly #history: History

  constructor(history: History, former: ModelDirectory | null) {
    super()
    this.#history = history
    if (former) this.takeOver(former)
    const set = this.files.set.bind(this.files)
    this.files.set = (name, state) => {
      if (this.isCurrent) this.#note(this.files.get(name), state)
      return set(name, state)
    }
  }

  override async delete(name: string, mark?: CommitMark) {
    // Done in the call: the next owner's storage may take it over before the promise is heard.
    const { isCurrent } = this
    const version = await super.delete(name, mark)
    if (!isCurrent || version === 0) return version
    const by = mark ? `${mark.client} ${mark.number}` : null
    this.#history.deletions.push({ name, version, mark: by })
    return version
  }

  #note(before: ModelState | undefined, after: ModelState): void {
    for (const key of after.stores.get(1)?.keys() ?? []) {
      if (before?.stores.get(1)?.has(key)) continue
      const found = this.#history.commits.get(key) ?? []
      this.#history.commits.set(key, [...found, after.marks.incarnation])
    }
  }
}

/** What a run has shown. */
export interface RequestsReport {
  readonly kills: number
  readonly writes: Readonly<Record<End, number>>
  readonly deletions: Readonly<Record<End, number>>
  /** What was wrong; empty: nothing. */
  readonly wrong: string[]
}

export interface RequestsOptions {
  readonly seed: number
  readonly members: number
  /** How many things each member does. */
  readonly each: number
}

const names = ['a', 'b']
const disturbances = { hasty: 0.2, handOver: 0.3, within: 12 }

export class RandomRequests {
  readonly #random: () => number
  readonly #options: RequestsOptions
  readonly #history: History = { commits: new Map(), deletions: [] }
  readonly #directory: SharedDirectory
  readonly #disturbance: Disturbance
  readonly #writes: Write[] = []
  readonly #deletions: Deletion[] = []
  #lastKey = 0

  constructor(options: RequestsOptions) {
    this.#options = options
    this.#random = randomNumbers(options.seed)
    const makeStorage = (former: ModelDirectory | null): ModelDirectory => {
      if (former instanceof NotedDirectory) former.isCurrent = false
      return new NotedDirectory(this.#history, former)
    }
    this.#directory = new SharedDirectory({ makeStorage })
    this.#disturbance = new Disturbance(this.#directory, this.#random, disturbances)
  }

  async run(): Promise<RequestsReport> {
    this.#directory.startStranger()
    const disturbed = this.#disturbance.run()
    const all = Array.from({ length: this.#options.members }, (_, i) => this.#runMember(`m-${i}`))
    await Promise.all(all)
    this.#disturbance.isOver = true
    await disturbed
    return this.#report()
  }

  /** Lives until it has done enough; one that dies as the owner is followed by another. */
  async #runMember(name: string): Promise<void> {
    let left = this.#options.each
    for (let life = 0; left > 0; life++) {
      const client = `${name}-${life}`
      const member = this.#directory.member(client)
      const realm = { member, client, connections: new Set<HostConnection>() }
      const pending: Promise<void>[] = []
      while (left > 0 && !this.#disturbance.dead.has(client)) {
        left--
        pending.push(this.#doOne(realm))
        await this.#disturbance.turns(4)
      }
      await Promise.race([Promise.all(pending), this.#disturbance.untilDead(client)])
      for (const connection of realm.connections) connection.close()
      if (!this.#disturbance.dead.has(client))
        await Promise.race([member.close(), this.#disturbance.untilDead(client)])
    }
  }

  async #doOne(realm: Realm): Promise<void> {
    const connections = [...realm.connections]
    const connection = connections[Math.floor(this.#random() * connections.length)]
    const choice = this.#random()
    if (choice < 0.15) return this.#delete(realm)
    if (choice < 0.2) return void (await listDatabases(realm.member).catch(() => {}))
    if (!connection || choice < 0.45) return this.#open(realm)
    if (choice < 0.5) return connection.forceClose()
    if (choice < 0.6) return this.#close(realm, connection)
    return this.#write(realm, connection)
  }

  #close({ connections }: Realm, connection: HostConnection): void {
    connections.delete(connection)
    connection.close()
  }

  #nameOne(): string {
    return names[Math.floor(this.#random() * names.length)] ?? ''
  }

  async #delete(realm: Realm): Promise<void> {
    const deletion: Deletion = { name: this.#nameOne(), end: 'dead', version: 0 }
    this.#deletions.push(deletion)
    const ended = new Promise<void>((resolve) => {
      const end = (told: End, version = 0): void => {
        if (!this.#disturbance.dead.has(realm.client))
          Object.assign(deletion, { end: told, version })
        resolve()
      }
      realm.member.delete(deletion.name, {
        blocked: () => {},
        deleted: (version) => end('done', version),
        failed: (reason) => end(endOf(reason)),
      })
    })
    await ended
  }

  async #open(realm: Realm): Promise<void> {
    const version = this.#disturbance.isLikely(0.5) ? undefined : 1 + Math.floor(this.#random() * 4)
    const goesOn = this.#disturbance.isLikely(0.9)
    const closes = this.#disturbance.isLikely(0.3)
    let isHeard = false
    const listen = (connection: HostConnection): void => {
      if (!isHeard) this.#listen(realm, connection)
      isHeard = true
    }
    await new Promise<void>((resolve) =>
      realm.member.open(this.#nameOne(), version, {
        blocked: () => {},
        upgradeNeeded: (connection, transaction, oldVersion) => {
          listen(connection)
          const write = this.#newWrite(connection)
          transaction.listen(this.#ending(realm, write, () => {}))
          const nothing = { record() {}, done() {}, failed() {} }
          const changes = oldVersion === 0 ? createStores(store(1)) : []
          for (const change of changes)
            transaction.execute({ type: 'changeSchema', change }, nothing)
          transaction.execute(put(write.key), nothing)
          const endLater = async (): Promise<void> => {
            await this.#disturbance.turns(3)
            if (goesOn) transaction.commit(0)
            if (closes) this.#close(realm, connection)
            if (goesOn) return
            transaction.abort()
            this.#note(realm, write, 'failed')
          }
          void endLater()
        },
        opened: (connection) => {
          listen(connection)
          realm.connections.add(connection)
          resolve()
        },
        failed: () => resolve(),
      }),
    )
  }

  /** It closes when it is asked to, at once or later. */
  #listen(realm: Realm, connection: HostConnection): void {
    connection.listen({
      versionChange: (_old, _new, delivered) => {
        void this.#disturbance.turns(5).then(() => this.#close(realm, connection))
        delivered()
      },
      closing: () => realm.connections.delete(connection),
      closed: () => realm.connections.delete(connection),
    })
  }

  #newWrite(connection: HostConnection): Write {
    const write: Write = { key: ++this.#lastKey, connection, incarnation: null, end: 'dead' }
    this.#writes.push(write)
    return write
  }

  #note({ client }: Realm, write: Write, end: End): void {
    if (this.#disturbance.dead.has(client)) return
    write.end = end
    write.incarnation = write.connection.identify()
  }

  #ending(realm: Realm, write: Write, ended: () => void) {
    const end = (told: End): void => {
      this.#note(realm, write, told)
      ended()
    }
    return {
      wentAhead: () => {},
      caughtUp: () => {},
      declined: () => {},
      committed: () => end('done'),
      aborted: (reason: Failure) => end(endOf(reason)),
    }
  }

  async #write(realm: Realm, connection: HostConnection): Promise<void> {
    const write = this.#newWrite(connection)
    let hasEnded = false
    await new Promise<void>((resolve) => {
      const listener = this.#ending(realm, write, () => {
        hasEnded = true
        resolve()
      })
      const transaction = connection.createTransaction([1], 'readwrite', 'default', listener)
      const goOn = async (): Promise<void> => {
        await this.#disturbance.turns(2)
        if (hasEnded) return
        if (this.#disturbance.isLikely(0.9)) transaction.commit(0)
        else {
          transaction.abort()
          this.#note(realm, write, 'failed')
          resolve()
        }
        if (this.#disturbance.isLikely(0.3)) this.#close(realm, connection)
      }
      const answered = (): void => void goOn()
      transaction.execute(put(write.key), { record() {}, done: answered, failed: answered })
    })
  }

  #report(): RequestsReport {
    return {
      kills: this.#directory.killCount,
      writes: countEnds(this.#writes),
      deletions: countEnds(this.#deletions),
      wrong: [...this.#wrongWrites(), ...this.#wrongDeletions()],
    }
  }

  #wrongWrites(): string[] {
    return this.#writes.flatMap(({ key, incarnation, end }) => {
      const found = this.#history.commits.get(textOf(encodeNumberKey(key))) ?? []
      const wrong: string[] = []
      if (found.length > 1) wrong.push(`${key} was committed ${found.length} times`)
      if (end === 'done' && found.length === 0) wrong.push(`${key} is lost`)
      if (end === 'failed' && found.length > 0) wrong.push(`${key} was committed, not aborted`)
      const others = found.filter((one) => incarnation !== null && one !== incarnation)
      if (others.length > 0)
        wrong.push(`${key} was committed to another database: ${incarnation} ${found}`)
      return wrong
    })
  }

  #wrongDeletions(): string[] {
    const { deletions } = this.#history
    const wrong: string[] = []
    const marks = deletions.map(({ mark }) => mark).filter((mark) => mark !== null)
    if (new Set(marks).size < marks.length) wrong.push('a deletion was carried out twice')
    for (const name of names) {
      for (const version of [1, 2, 3, 4]) {
        const of = (one: { name: string; version: number }): boolean =>
          one.name === name && one.version === version
        const made = deletions.filter(of).length
        const told = this.#deletions.filter((one) => one.end === 'done' && of(one)).length
        if (told > made) wrong.push(`${told} deletions of ${name} ${version} for ${made}`)
      }
    }
    const untold = this.#deletions.filter(({ end }) => end !== 'done').length
    const told = this.#deletions.filter(({ version }) => version > 0).length
    if (deletions.length > told + untold) wrong.push('a deletion was told as none')
    return wrong
  }
}

/** One realm's life. */
interface Realm {
  readonly member: Member
  readonly client: string
  readonly connections: Set<HostConnection>
}

function endOf({ facts }: Failure): End {
  return facts?.code === 'ERR_IDB_OUTCOME_UNKNOWN' ? 'unknown' : 'failed'
}

function countEnds(all: readonly { readonly end: End }[]): Record<End, number> {
  const counts = { done: 0, failed: 0, unknown: 0, dead: 0 }
  for (const { end } of all) counts[end]++
  return counts
}
