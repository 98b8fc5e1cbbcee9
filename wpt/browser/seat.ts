/** A tab in which pages run one after the other, each with empty storage. */
import type { BrowserContext, Page as Tab } from 'playwright-core'

/** How long a page may take to leave its storage; then the next gets a new context. */
const cleaningMs = 10_000

/** Opens contexts with storage of their own. */
export type OpenContext = () => Promise<BrowserContext>

/** The URLs of what a seat opens. */
export interface SeatPages {
  readonly emptyPage: string
  readonly ownersPage: string | null
}

/** Opening a context and a tab costs more than most pages do: they are used again while they can be cleaned. */
export class Seat {
  readonly #openContext: OpenContext
  /** The URL of an empty page of the server. */
  readonly #emptyPage: string
  /** The URL of a page that owns the databases meanwhile; null: there is none. */
  readonly #ownersPage: string | null
  #tab: Tab | null = null

  constructor(openContext: OpenContext, { emptyPage, ownersPage }: SeatPages) {
    this.#openContext = openContext
    this.#emptyPage = emptyPage
    this.#ownersPage = ownersPage
  }

  /** Runs `use` with a tab; what it leaves behind is gone before the next use. */
  async with<Result>(use: (tab: Tab) => Promise<Result>): Promise<Result> {
    this.#tab ??= await (await this.#openContext()).newPage()
    const tab = this.#tab
    try {
      if (this.#ownersPage !== null) await openOwner(tab, this.#ownersPage)
      return await use(tab)
    } finally {
      if (!(await this.#clean(tab))) await this.close()
    }
  }

  async close(): Promise<void> {
    const context = this.#tab?.context()
    this.#tab = null
    await context?.close()
  }

  /** False where the page does not let go of something. */
  async #clean(tab: Tab): Promise<boolean> {
    try {
      tab.removeAllListeners('pageerror')
      await closeOthers(tab)
      await tab.goto(this.#emptyPage)
      return await Promise.race([tab.evaluate(removeAll).then(() => true), falseAfter(cleaningMs)])
    } catch (error) {
      console.error(`A page left storage that cannot be removed: ${String(error)}`)
      return false
    }
  }
}

/** Opens a tab that owns the databases until it is closed. */
async function openOwner(tab: Tab, url: string): Promise<void> {
  const owner = await tab.context().newPage()
  await owner.goto(url)
  await owner.waitForFunction('globalThis.ownsDatabases')
}

async function closeOthers(tab: Tab): Promise<void> {
  for (const other of tab.context().pages()) if (other !== tab) await other.close()
}

/** Runs in the page. */
async function removeAll(): Promise<void> {
  for (const registration of await navigator.serviceWorker.getRegistrations()) {
    await registration.unregister()
  }
  // The page or worker that holds a lock is about to end, with its page; the files it had open are free then.
  const { held = [] } = await navigator.locks.query()
  for (const { name } of held) if (name) await navigator.locks.request(name, () => {})
  for (const { name } of await indexedDB.databases()) {
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name ?? '')
      request.onsuccess = () => resolve()
      request.onerror = () => reject(request.error)
    })
  }
  // The type of the directory lacks its own iterator in this configuration.
  const root = (await navigator.storage.getDirectory()) as FileSystemDirectoryHandle & {
    keys(): AsyncIterable<string>
  }
  for await (const name of root.keys()) await root.removeEntry(name, { recursive: true })
}

function falseAfter(ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms).unref()
  })
}
