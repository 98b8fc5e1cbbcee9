/** The contexts of one run of a case: tabs, frames and workers of one origin, and what each of them logged. */
import type { Page } from 'playwright-core'
import { crashPage } from './crash-page.ts'
import type { PagePool } from './page-pool.ts'
import type { Globals, WorkerKind } from './scope/context.ts'
import type { Realm } from './scope/realm.ts'

export type ImplementationName = 'native' | 'ours'

/** The methods of a realm, as they are called from the test's process. */
export type RemoteRealm = {
  readonly [Name in keyof Realm]: (
    ...args: Parameters<Realm[Name]>
  ) => Promise<Awaited<ReturnType<Realm[Name]>>>
}

/** Any context of a case. */
export interface Context {
  readonly name: string
  readonly realm: RemoteRealm
}

/** A tab, or a frame in one. */
export interface PageContext extends Context {
  readonly page: Page
}

type CallMethod = (method: string, args: readonly unknown[]) => Promise<unknown>

/** What has `evaluate()`: a page, or a frame. */
type Evaluator = Pick<Page, 'evaluate'>

export class Scene {
  /** Of a page of the implementation under test. */
  readonly url: string
  /** Of a page of the same origin that uses nothing. */
  readonly elsewhere: string
  readonly #pool: PagePool
  readonly #contexts: Context[] = []
  /** Lines of contexts that are gone. */
  readonly #kept = new Map<RemoteRealm, readonly string[]>()
  readonly #pages: Page[] = []
  readonly #remarks: string[] = []
  readonly #goesOn: () => void

  /** `goesOn` is called with each context that is opened and each call to one. */
  constructor(pool: PagePool, url: string, goesOn: () => void) {
    this.#pool = pool
    this.#goesOn = goesOn
    this.url = url
    this.elsewhere = new URL('/scope/elsewhere.html', url).href
  }

  async tab(name: string): Promise<PageContext> {
    const page = await this.#pool.take()
    this.#pages.push(page)
    await page.goto(this.url)
    return this.#add({ name, page, realm: this.#inPage(page) })
  }

  async frame({ page }: PageContext, name: string): Promise<PageContext> {
    const loaded = page.waitForEvent('frameattached')
    await page.evaluate(
      ([url, name]) =>
        new Promise<void>((resolve) => {
          const frame = document.createElement('iframe')
          frame.name = name
          frame.src = url
          frame.onload = () => resolve()
          document.body.append(frame)
        }),
      [this.url, name] as const,
    )
    const frame = await loaded
    return this.#add({ name, page, realm: this.#inPage(frame) })
  }

  async worker({ page }: PageContext, name: string, kind: WorkerKind): Promise<Context> {
    await page.evaluate(
      ([name, kind]) => (globalThis as unknown as Globals).startWorker(name, kind),
      [name, kind] as const,
    )
    return this.#add({ name, realm: this.#inWorker(page, name) })
  }

  /** Keeps what contexts have logged, which are about to go. */
  async keepLines(...contexts: readonly Context[]): Promise<void> {
    for (const { realm } of contexts) this.#kept.set(realm, await realm.lines())
  }

  async close(tab: PageContext): Promise<void> {
    await this.keepLines(tab)
    await tab.page.close()
  }

  /** Ends the process of a page, if the browser offers that, or closes the page. */
  async crash(tab: PageContext): Promise<void> {
    await this.keepLines(tab)
    await crashPage(tab.page)
  }

  /** Writes what the test itself has found. */
  remark(text: string): void {
    this.#remarks.push(`test: ${text}`)
  }

  /** What everything logged, context by context: their order among each other is nothing that script could rely on. */
  async transcript(): Promise<string[]> {
    const lines: string[] = []
    for (const { name, realm } of this.#contexts) {
      const logged = this.#kept.get(realm) ?? (await realm.lines())
      lines.push(...logged.map((line) => `${name}: ${line}`))
    }
    return [...lines, ...this.#remarks]
  }

  /** Ends all contexts. */
  async end(): Promise<void> {
    await Promise.all(this.#pages.map((page) => this.#pool.give(page)))
  }

  #add<Added extends Context>(context: Added): Added {
    this.#goesOn()
    this.#contexts.push(context)
    return context
  }

  #inPage(page: Evaluator): RemoteRealm {
    return remote(inPage(page), this.#goesOn)
  }

  #inWorker(page: Evaluator, worker: string): RemoteRealm {
    return remote(inWorker(page, worker), this.#goesOn)
  }
}

function inPage(page: Evaluator): CallMethod {
  return (method, args) =>
    page.evaluate(
      ({ method, args }) => {
        const { realm } = globalThis as unknown as { realm: Record<string, unknown> }
        const call = realm[method] as (...args: readonly unknown[]) => unknown
        return call.apply(realm, [...args])
      },
      { method, args },
    )
}

function inWorker(page: Evaluator, worker: string): CallMethod {
  return (method, args) =>
    page.evaluate(
      ({ worker, call }) => (globalThis as unknown as Globals).callWorker(worker, call),
      { worker, call: { method, args } },
    )
}

function remote(call: CallMethod, goesOn: () => void): RemoteRealm {
  return new Proxy({} as RemoteRealm, {
    get:
      (_, method) =>
      (...args: readonly unknown[]) => {
        goesOn()
        return call(String(method), args)
      },
  })
}
