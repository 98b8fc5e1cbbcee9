/** Owners of a shared directory that die and hand over at random, between any two messages. */
import { turn } from '../host-client.ts'
import type { SharedDirectory } from './directory.ts'

/** How often, and how soon. */
export interface DisturbanceOptions {
  /** How likely it is that one follows at once on the one before. */
  readonly hasty: number
  /** How likely it is that an owner hands over, and is not killed. */
  readonly handOver: number
  /** Before one of how many messages a kill comes. */
  readonly within: number
}

export class Disturbance {
  /** The members that have died as the owner. */
  readonly dead = new Set<string>()
  /** To be set when all members have done what they had to. */
  isOver = false
  readonly #directory: SharedDirectory
  readonly #random: () => number
  readonly #options: DisturbanceOptions

  constructor(directory: SharedDirectory, random: () => number, options: DisturbanceOptions) {
    this.#directory = directory
    this.#random = random
    this.#options = options
  }

  /** Until it is over. */
  async run(): Promise<void> {
    const directory = this.#directory
    const { hasty, handOver, within } = this.#options
    directory.killed = (name) => void this.dead.add(name)
    while (!this.isOver) {
      await this.turns(this.isLikely(hasty) ? 3 : 60)
      if (this.isOver || !directory.owner) continue
      directory.nextOwner = this.isLikely(0.3) ? 'member' : 'stranger'
      if (this.isLikely(handOver)) directory.askToHandOver(directory.owner.client)
      else directory.cutAt = directory.messageCount + 1 + Math.floor(this.#random() * within)
    }
    directory.cutAt = Infinity
  }

  /** Resolves when that member has died, or all is over. */
  async untilDead(client: string): Promise<null> {
    while (!this.dead.has(client) && !this.isOver) await turn()
    return null
  }

  isLikely(probability: number): boolean {
    return this.#random() < probability
  }

  async turns(most: number): Promise<void> {
    for (let left = Math.floor(this.#random() * (most + 1)); left > 0; left--) await turn()
  }
}
