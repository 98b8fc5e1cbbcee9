/** What a process has been told of changes, as text. */
import type { Observed } from '../../../../src/extras.ts'

export class Witness {
  readonly #seen: string[] = []
  #noted = (): void => {}

  readonly told = (observed: Observed): void => {
    this.#seen.push(textOf(observed))
    this.#noted()
  }

  /** The first of them, once there are that many. */
  async seen(count: number): Promise<string> {
    while (this.#seen.length < count) await new Promise<void>((resolve) => (this.#noted = resolve))
    return this.#seen.slice(0, count).join()
  }
}

function textOf(observed: Observed): string {
  if (observed.type === 'missed') return 'missed'
  const changes = observed.changes.map(({ store, kind, key }) => `${kind} ${store} ${String(key)}`)
  return `${observed.isOwn ? 'own' : 'other'} ${changes.join(' and ')}`
}
