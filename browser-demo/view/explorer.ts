/** A browser for what is stored: engine, database, object store or index, records. */
import { type Engine, type EngineId, namePrefix } from '../engines.ts'
import { resultOf } from '../requests.ts'
import { type SourceName, type StoredDatabase, readDatabases } from '../stored.ts'
import { button, setEnabled } from './button.ts'
import { byId, element } from './dom.ts'
import { showExport } from './export.ts'
import { showRecords } from './records.ts'
import { showSourceTree } from './source-tree.ts'
import { reasonOf } from './words.ts'

/** What is looked at; nulls while nothing is. */
interface Place {
  readonly engine: Engine
  readonly database: string | null
  readonly source: SourceName | null
}

/** The part of the page below the results. */
export class Explorer {
  #place: Place | null = null
  /** Counts up with each look, so that an answer that comes late is not shown. */
  #look = 0
  /** What changes a database or closes it. */
  #actions: readonly HTMLButtonElement[] = []
  #isLocked = false

  /** Whether databases are to be looked at only: a run is not to lose its own. */
  setLocked(isLocked: boolean): void {
    this.#isLocked = isLocked
    for (const action of this.#actions) setEnabled(action, !isLocked)
  }

  /** Shows an engine's databases, the named one open if it is there. */
  async show(
    ready: readonly Engine[],
    wanted?: { engine: EngineId; database: string },
  ): Promise<void> {
    // At first the last one, OPFS: it may hold something from an earlier visit, and has a file to show.
    const engine =
      ready.find(({ id }) => id === (wanted?.engine ?? this.#place?.engine.id)) ?? ready.at(-1)
    if (!engine) return
    const isSame = engine.id === this.#place?.engine.id
    const database = wanted?.database ?? (isSame ? this.#place?.database : null) ?? null
    const source = wanted || !isSame ? null : (this.#place?.source ?? null)
    this.#place = { engine, database, source }
    await this.#draw(ready, this.#place)
  }

  async #draw(ready: readonly Engine[], { engine, database, source }: Place): Promise<void> {
    const look = ++this.#look
    const root = byId('explorer', HTMLDivElement)
    root.setAttribute('aria-busy', 'true')
    // What is pressed now would be answered in content that is gone by then.
    root.querySelector('.explorer-content')?.setAttribute('inert', '')
    const content = element('div', { class: 'explorer-content' })
    try {
      const databases = await readDatabases(engine.indexedDB(), namePrefix)
      if (look !== this.#look) return
      const open = databases.find(({ name }) => name === database) ?? databases[0] ?? null
      if (open) this.#fill(content, { ready, engine, databases, open, source })
      else content.append(emptyNote(engine))
    } catch (error) {
      if (look !== this.#look) return
      content.append(element('p', { class: 'problem', role: 'alert' }, reasonOf(error)))
    }
    root.setAttribute('aria-busy', 'false')
    root.replaceChildren(this.#engineTabs(ready, engine), content)
  }

  #engineTabs(ready: readonly Engine[], current: Engine): HTMLElement {
    const options = ready.map((engine) => {
      const input = element('input', {
        type: 'radio',
        name: 'explored',
        value: engine.id,
        checked: engine.id === current.id,
        onchange: () => void this.#goTo(ready, engine),
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

  async #goTo(ready: readonly Engine[], engine: Engine): Promise<void> {
    const database = this.#place?.database
    await this.show(ready, { engine: engine.id, database: database ?? '' })
    // The choice was drawn again: the keyboard focus stays on it.
    document.querySelector<HTMLInputElement>('input[name="explored"]:checked')?.focus()
  }

  #fill(
    content: Element,
    {
      ready,
      engine,
      databases,
      open,
      source,
    }: {
      ready: readonly Engine[]
      engine: Engine
      databases: readonly StoredDatabase[]
      open: StoredDatabase
      source: SourceName | null
    },
  ): void {
    const records = element('div', { class: 'records' })
    const choose = (database: string, chosen: SourceName | null): void => {
      this.#place = { engine, database, source: chosen }
      const current = databases.find(({ name }) => name === database)
      if (current)
        showRecords(records, { indexedDB: engine.indexedDB(), database: current, source: chosen })
    }
    const tree = showSourceTree(databases, { database: open.name, source }, choose)
    content.append(
      element('div', { class: 'tree' }, tree, this.#databaseActions(ready, engine)),
      records,
    )
  }

  #databaseActions(ready: readonly Engine[], engine: Engine): HTMLElement {
    const said = element('div', { class: 'said', role: 'status' })
    const exportFile = (): void => void showExport(said, this.#place?.database ?? null)
    const remove = async (): Promise<void> => {
      const name = this.#place?.database
      if (!name) return
      await resultOf(engine.indexedDB().deleteDatabase(name))
      await this.show(ready)
      byId('stored-title', HTMLHeadingElement).focus()
    }
    const deleteButton = button('Delete database', 'quiet', () => void remove())
    this.#actions =
      engine.id === 'opfs'
        ? [button('Export SQLite file', '', exportFile), deleteButton]
        : [deleteButton]
    this.setLocked(this.#isLocked)
    return element('div', { class: 'database-actions' }, ...this.#actions, said)
  }
}

function emptyNote({ title }: Engine): HTMLElement {
  return element(
    'div',
    { class: 'empty' },
    element('p', {}, element('strong', {}, `${title} holds no database of this page yet.`)),
    element('p', {}, 'Run a workload above: it leaves a database behind to look at.'),
  )
}
