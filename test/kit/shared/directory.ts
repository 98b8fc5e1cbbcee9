/**
 * A directory that several members share, in one thread: its owners die and hand over when a test says so, between any two
 * messages. What an owner had committed is there for the next one, and nothing else is.
 */
import type { Failure } from '../../../src/errors.ts'
import type { Survivors } from '../../../src/files/vfs.ts'
import { createHost } from '../../../src/host/host.ts'
import { Member, type MemberOptions } from '../../../src/membership/member.ts'
import type { Found, FoundOwn, Looking, Peer } from '../../../src/membership/peer.ts'
import { Roster } from '../../../src/membership/roster.ts'
import { serve } from '../../../src/port/server.ts'
import type { ClosableHost } from '../../../src/protocol/protocol.ts'
import { settle } from '../host-client.ts'
import { ModelDirectory } from '../model-storage.ts'
import { type CutPort, cutPorts } from './cut-port.ts'

/** An owner, until it is dead or has left. */
interface Owner {
  /** The member's name; `owner N` for one that is no member. */
  readonly client: string
  readonly host: ClosableHost
  readonly roster: Roster
  readonly ports: Set<{ readonly member: CutPort; readonly own: CutPort }>
}

export interface SharedDirectoryOptions {
  /** Who is the next owner: the first member that looks, or one that is no member. */
  readonly nextOwner?: 'member' | 'stranger'
  readonly makeStorage?: (former: ModelDirectory | null) => ModelDirectory
}

export class SharedDirectory {
  readonly #options: SharedDirectoryOptions
  storage: ModelDirectory
  owner: Owner | null = null
  /** How many messages have passed between members and owners, in either direction. */
  messageCount = 0
  /** Before the message of that number passes the owner dies; then the numbers are its own again. */
  cutAt = Infinity
  killCount = 0
  /** Told who has died by `cutAt`. */
  killed = (_client: string): void => {}
  nextOwner: 'member' | 'stranger'
  /** The member of that name finds the next owner some turns after the others. */
  delayed: string | null = null
  /** Members that look while no one may become the owner. */
  #waiting: (() => void)[] = []
  #isHeld = false
  /** Who may come from the former owner, as its traces tell the next one. */
  #survivors: Survivors = null
  readonly #handOvers = new Map<string, () => void>()
  #strangers = 0

  constructor(options: SharedDirectoryOptions = {}) {
    this.#options = options
    this.nextOwner = options.nextOwner ?? 'member'
    this.storage = this.#newStorage(null)
  }

  member(client: string, options: Partial<MemberOptions> = {}): Member {
    return new Member({
      peer: this.peer(),
      client,
      durability: 'relaxed',
      place: {},
      report: unexpected,
      ...options,
    })
  }

  peer(): Peer {
    return { look: (looking) => this.#look(looking) }
  }

  /** Ends the owner as a kill does: at once, with all it has not committed. */
  kill(): void {
    const { owner } = this
    if (!owner) return
    this.owner = null
    this.killCount++
    this.#survivors = 'unknown'
    for (const { member, own } of owner.ports) {
      own.cut(false)
      member.cut(true)
    }
    this.storage = this.#newStorage(this.storage)
  }

  /** Nobody becomes the owner until `release()`. */
  hold(): void {
    this.#isHeld = true
  }

  release(): void {
    this.#isHeld = false
    for (const goOn of this.#waiting.splice(0)) goOn()
  }

  /** A host that has the directory while no member looks for it. */
  newHost(): ClosableHost {
    const { storage } = this
    return createHost({ storage, durability: 'relaxed', report: unexpected })
  }

  /** What a platform does when another thread should rather be the owner. */
  askToHandOver(client: string): void {
    this.#handOvers.get(client)?.()
  }

  /** Makes one that is no member the owner. */
  startStranger(returning: readonly string[] | null = null): void {
    this.#makeOwner(`owner ${++this.#strangers}`, returning)
  }

  #newStorage(former: ModelDirectory | null): ModelDirectory {
    if (this.#options.makeStorage) return this.#options.makeStorage(former)
    const storage = new ModelDirectory()
    if (former) storage.takeOver(former)
    return storage
  }

  async #look({ client, returning, signal, handOver }: Looking): Promise<Found> {
    if (handOver) this.#handOvers.set(client, handOver)
    if (client === this.delayed) await settle()
    while (this.#isHeld) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
        signal.addEventListener('abort', () => resolve())
      })
      signal.throwIfAborted()
    }
    if (!this.owner && this.nextOwner === 'stranger') this.startStranger(returning)
    if (this.owner) return this.#visit(client, this.owner)
    return this.#own(client, returning)
  }

  #makeOwner(client: string, returning: readonly string[] | null): Owner {
    const known = returning ?? this.#survivors
    this.#survivors = null
    const roster = new Roster({ own: client, returning: known })
    const { recovery } = roster
    const storage = this.storage
    const host = createHost({ storage, durability: 'relaxed', recovery, report: unexpected })
    this.owner = { client, host, roster, ports: new Set() }
    return this.owner
  }

  #own(client: string, returning: readonly string[] | null): FoundOwn {
    const owner = this.#makeOwner(client, returning)
    return {
      type: 'own',
      host: owner.host,
      recovered: () => owner.roster.ownRecovered(),
      onClients: (changed) => owner.roster.onClients(changed),
      gone: new Promise(() => {}),
      leave: () => this.#leave(owner),
    }
  }

  async #leave(owner: Owner): Promise<void> {
    // One that has died leaves nothing.
    if (this.owner !== owner) return new Promise(() => {})
    this.hold()
    this.owner = null
    this.#survivors = owner.roster.clients
    for (const { member, own } of owner.ports) {
      own.cut(true)
      member.cut(true)
    }
    await owner.host.close()
    this.storage = this.#newStorage(this.storage)
    this.release()
  }

  #visit(client: string, owner: Owner): Found {
    const [member, own] = cutPorts(() => this.#passes(owner))
    const ports = { member, own }
    owner.ports.add(ports)
    const served = serve(owner.host, own, {
      report: unexpected,
      presence: null,
      client,
      recovered: () => seat.recovered(),
      left: () => {
        owner.ports.delete(ports)
        seat.left()
      },
    })
    const replaced = (): void => served.leave()
    const tell = (clients: readonly string[]): void => served.tellRoster(clients)
    const seat = owner.roster.enter(client, { tell, replaced })
    const leave = (): void => {
      member.cut(false)
      own.cut(true)
    }
    const gone = new Promise<void>((resolve) => member.addEventListener('close', () => resolve()))
    const facts = { title: owner.client, clients: owner.roster.clients }
    return { type: 'other', port: member, owner: facts, gone, leave }
  }

  #passes(owner: Owner): boolean {
    if (owner !== this.owner) return false
    if (++this.messageCount < this.cutAt) return true
    this.cutAt = Infinity
    this.killed(owner.client)
    this.kill()
    return false
  }
}

/** Reports where there is to be none. */
function unexpected({ message, detail }: Failure): never {
  throw new Error(`${message}: ${detail}`)
}
