/** A card for each engine: what it is, whether it is there, what it is doing, how long it took. */
import { type Engine, type EngineId, engines, startEngine } from '../engines.ts'
import { byId, element } from './dom.ts'
import { duration, reasonOf } from './words.ts'

type State = 'starting' | 'ready' | 'running' | 'unavailable' | 'failed'

interface Card {
  readonly root: HTMLLIElement
  readonly input: HTMLInputElement
  /** The time of the whole script, once there is one. */
  readonly figure: HTMLParagraphElement
  readonly state: HTMLParagraphElement
  readonly action: HTMLElement
}

/** The cards, on the page from the start. */
export class EngineCards {
  readonly #cards = new Map<EngineId, Card>()
  readonly #onReady: () => void

  /** `onReady` is called when the engines have started, and whenever another could be started after all. */
  constructor(onReady: () => void) {
    this.#onReady = onReady
    for (const engine of engines) {
      const card = makeCard(engine)
      this.#cards.set(engine.id, card)
      byId('engines', HTMLUListElement).append(card.root)
    }
  }

  /** Starts every engine; one that cannot says why. */
  async start(): Promise<void> {
    await Promise.all(engines.map((engine) => this.#start(engine)))
    this.#onReady()
  }

  /** The engines that can run and are to. */
  chosen(): Engine[] {
    return engines.filter(({ id }) => {
      const { input } = this.#card(id)
      return input.checked && !input.disabled
    })
  }

  /** The engines that can be used. */
  ready(): Engine[] {
    return engines.filter(({ id }) => !this.#card(id).input.disabled)
  }

  /** Says what an engine is doing. */
  say(id: EngineId, state: State, words: string): void {
    const card = this.#card(id)
    card.root.dataset['state'] = state
    card.state.textContent = words
  }

  /** Shows the time of the whole script; null: there is none yet. */
  showTotal(id: EngineId, totalMs: number | null): void {
    const [number, unit] = totalMs === null ? [] : duration(totalMs).split(' ')
    const { figure } = this.#card(id)
    if (number && unit) figure.replaceChildren(number, element('small', {}, ` ${unit}`))
    else figure.replaceChildren()
  }

  async #start(engine: Engine): Promise<void> {
    const { input, action } = this.#card(engine.id)
    action.replaceChildren()
    this.say(engine.id, 'starting', 'Starting…')
    try {
      const tookMs = await startEngine(engine)
      input.disabled = false
      this.say(engine.id, 'ready', `Ready: first start ${duration(tookMs)}`)
    } catch (error) {
      this.say(engine.id, 'unavailable', unavailable(error))
      const again = (): void => void this.#start(engine).then(this.#onReady)
      const label = `Try ${engine.title} again`
      action.append(element('button', { type: 'button', class: 'quiet', onclick: again }, label))
    }
  }

  #card(id: EngineId): Card {
    const card = this.#cards.get(id)
    if (!card) throw new Error(`unreachable: engine "${id}" has no card`)
    return card
  }
}

/** Why an engine cannot be used. */
function unavailable(error: unknown): string {
  return `Unavailable. ${reasonOf(error)}`
}

function makeCard({ id, title, place }: Engine): Card {
  const input = element('input', {
    type: 'checkbox',
    checked: true,
    disabled: true,
    id: `use-${id}`,
  })
  const figure = element('p', { class: 'engine-figure' })
  const state = element('p', { class: 'engine-state' })
  const action = element('div', { class: 'engine-action' })
  const root = element(
    'li',
    { class: 'engine', 'data-engine': id },
    element('h3', {}, element('label', { for: input.id }, input, element('span', {}, title))),
    element('p', { class: 'engine-place' }, place),
    figure,
    state,
    action,
  )
  return { root, input, figure, state, action }
}
