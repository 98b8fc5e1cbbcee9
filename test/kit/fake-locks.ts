/** Web Locks of one origin, in memory: https://w3c.github.io/web-locks/ as far as the package uses them. */

interface Waiting {
  readonly mode: LockMode
  /** Takes it. */
  readonly grant: () => void
}

interface State {
  readonly held: LockMode[]
  readonly waiting: Waiting[]
}

type Options = { readonly mode?: LockMode; readonly signal?: AbortSignal }

export class FakeLocks {
  readonly #states = new Map<string, State>()

  async request(name: string, options: Options, callback: () => unknown): Promise<void> {
    const { mode = 'exclusive', signal } = options
    signal?.throwIfAborted()
    await this.#turn(name, mode, signal)
    try {
      await callback()
    } finally {
      const { held } = this.#state(name)
      held.splice(held.indexOf(mode), 1)
      this.#grantNext(name)
    }
  }

  async query(): Promise<{ held: { name: string; clientId: string }[] }> {
    const entries = [...this.#states].flatMap(([name, { held }]) => held.map(() => name))
    return { held: entries.map((name) => ({ name, clientId: 'one' })) }
  }

  /** Whether someone has it. */
  isHeld(name: string): boolean {
    return this.#state(name).held.length > 0
  }

  /** How many wait for it. */
  waitingFor(name: string): number {
    return this.#state(name).waiting.length
  }

  #turn(name: string, mode: LockMode, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const { waiting } = this.#state(name)
      const entry = { mode, grant: resolve }
      waiting.push(entry)
      signal?.addEventListener('abort', () => {
        const at = waiting.indexOf(entry)
        if (at < 0) return
        waiting.splice(at, 1)
        reject(signal.reason as Error) // As given by who aborts.
      })
      this.#grantNext(name)
    })
  }

  #grantNext(name: string): void {
    const { held, waiting } = this.#state(name)
    for (let next = waiting[0]; next; next = waiting[0]) {
      const isFree = held.length === 0 || (next.mode === 'shared' && !held.includes('exclusive'))
      if (!isFree) return
      waiting.shift()
      held.push(next.mode)
      next.grant()
    }
  }

  #state(name: string): State {
    const state = this.#states.get(name) ?? { held: [], waiting: [] }
    this.#states.set(name, state)
    return state
  }
}
