/** A look at what is stored: the inspector's view of an engine's databases, and what can be done with one of them. */
import { type FactorySource, factorySource, mountInspector } from 'idb-everywhere/inspector'
import { type Engine, type EngineId, namePrefix } from '../engines.ts'
import { resultOf } from '../requests.ts'
import { button, setEnabled } from './button.ts'
import { byId, element } from './dom.ts'
import { showExport } from './export.ts'

/** What is looked at. */
interface Look {
  readonly engine: Engine
  readonly source: FactorySource
  readonly unmount: () => void
}

/** The part of the page below the results. */
export class Explorer {
  readonly #engines = element('div')
  readonly #view = element('div', { class: 'stored-view' })
  readonly #said = element('div', { class: 'said', role: 'status' })
  readonly #export = button('Export SQLite file', '', () => void this.#exportFile())
  readonly #delete = button('Delete database', 'quiet', () => void this.#remove())
  #ready: readonly Engine[] = []
  #look: Look | null = null
  /** The database that the view shows; null while it shows none. */
  #database: string | null = null
  #isLocked = false

  /** On the page from the start, and empty until an engine is shown. */
  constructor() {
    const actions = element('div', { class: 'database-actions' }, this.#export, this.#delete)
    const head = element('div', { class: 'explorer-head' }, this.#engines, actions)
    byId('explorer', HTMLDivElement).append(head, this.#said, this.#view)
    this.#choose(null)
  }

  /** Whether databases are to be looked at only: a run is not to lose its own. */
  setLocked(isLocked: boolean): void {
    this.#isLocked = isLocked
    this.#choose(this.#database)
    this.#showLock()
    // A connection that is told of commits would be timed too.
    if (isLocked) void this.#look?.source.close()
  }

  /** What was shown stays, and answers again when the run is over: then it is shown anew. */
  #showLock(): void {
    this.#view.inert = this.#isLocked
    const choice = this.#engines.querySelector('fieldset')
    if (choice) choice.disabled = this.#isLocked
    const words = 'A run is under way; what is stored can be looked at when it is over.'
    this.#said.replaceChildren(...(this.#isLocked ? [element('p', {}, words)] : []))
  }

  /** Shows an engine's databases, at first the named one if it is there. */
  show(ready: readonly Engine[], wanted?: { engine: EngineId; database: string | null }): void {
    // At first the last one, OPFS: it may hold something from an earlier visit, and has a file to show.
    const engine =
      ready.find(({ id }) => id === (wanted?.engine ?? this.#look?.engine.id)) ?? ready.at(-1)
    if (!engine) return
    this.#ready = ready
    this.#engines.replaceChildren(this.#engineChoice(ready, engine))
    this.#export.hidden = engine.id !== 'opfs'
    this.#showLock()
    this.#mount(engine, wanted ? wanted.database : this.#database)
  }

  #mount(engine: Engine, database: string | null): void {
    this.#look?.unmount()
    void this.#look?.source.close()
    this.#choose(null)
    const source = ownDatabases(engine, () => this.#isLocked)
    const { unmount } = mountInspector(this.#view, {
      source,
      isPart: true,
      ...(database !== null && { database }),
      onDatabase: (name) => this.#choose(name),
    })
    this.#look = { engine, source, unmount }
  }

  #choose(database: string | null): void {
    this.#database = database
    const isEnabled = database !== null && !this.#isLocked
    for (const action of [this.#export, this.#delete]) setEnabled(action, isEnabled)
  }

  #engineChoice(ready: readonly Engine[], current: Engine): HTMLElement {
    const options = ready.map((engine) => {
      const input = element('input', {
        type: 'radio',
        name: 'explored',
        value: engine.id,
        checked: engine.id === current.id,
        onchange: () => this.#goTo(engine),
      })
      return element(
        'label',
        { 'data-engine': engine.id },
        input,
        element('span', {}, engine.title),
      )
    })
    return element(
      'fieldset',
      { class: 'choice inline' },
      element('legend', { class: 'unseen' }, 'Engine to look into'),
      element('div', { class: 'segments' }, ...options),
    )
  }

  #goTo(engine: Engine): void {
    this.show(this.#ready, { engine: engine.id, database: this.#database })
    // The choice was drawn again: the keyboard focus stays on it.
    document.querySelector<HTMLInputElement>('input[name="explored"]:checked')?.focus()
  }

  async #exportFile(): Promise<void> {
    const database = this.#database
    const look = this.#look
    // The file is read when nothing has it open; then it is looked into anew.
    await look?.source.close()
    await showExport(this.#said, database)
    if (look && this.#look === look) this.#mount(look.engine, database)
  }

  async #remove(): Promise<void> {
    if (!this.#look || this.#database === null) return
    await resultOf(this.#look.engine.indexedDB().deleteDatabase(this.#database))
    this.show(this.#ready)
    byId('stored-title', HTMLHeadingElement).focus()
  }
}

/**
 * The databases of this page. Nothing is looked at again by itself: a run, also one in another tab, would find the view's
 * transactions in its way, and is followed by a new look in any case. Until then, what is asked during a run has no answer.
 */
function ownDatabases(engine: Engine, isLocked: () => boolean): FactorySource {
  const source = factorySource({ indexedDB: engine.indexedDB(), title: engine.title })
  const answered = async <Result>(look: () => Promise<Result>): Promise<Result> => {
    if (isLocked()) return noAnswer()
    try {
      return await look()
    } catch (error) {
      if (isLocked()) return noAnswer()
      throw error
    }
  }
  return {
    ...source,
    databases: () =>
      answered(async () => {
        const databases = await source.databases()
        return databases.filter(({ name }) => name.startsWith(namePrefix))
      }),
    schema: (database) => answered(() => source.schema(database)),
    page: (request) => answered(() => source.page(request)),
    count: (request) => answered(() => source.count(request)),
    record: (place) => answered(() => source.record(place)),
    sizes: (database) => answered(() => source.sizes(database)),
    watch: () => () => {},
  }
}

const noAnswer = (): Promise<never> => new Promise(() => {})
