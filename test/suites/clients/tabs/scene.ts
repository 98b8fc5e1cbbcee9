/** The tabs of one run of a program, and what each call of a page's functions gave. */
import type { BrowserContext, Page } from 'playwright-core'

/** A title, and what happens in tabs: the values that pages give are the program's outcome. */
export type Programs = Readonly<Record<string, (scene: Scene) => Promise<void>>>

/** A tab with a page of the library. */
export interface Tab {
  /** Calls a function of the page, and notes what it gave. */
  call(name: string, ...args: readonly unknown[]): Promise<void>
  close(): Promise<void>
}

/** What a page of a library has put on its global object. */
interface Globals {
  readonly page: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>
}

export class Scene {
  /** What was called and given, in the order of the calls. */
  readonly lines: string[] = []
  readonly #context: BrowserContext
  readonly #url: string
  readonly #pages: Page[] = []

  constructor(context: BrowserContext, url: string) {
    this.#context = context
    this.#url = url
  }

  async tab(name: string): Promise<Tab> {
    const page = await this.#context.newPage()
    this.#pages.push(page)
    await page.goto(this.#url)
    await page.waitForFunction('globalThis.page')
    return {
      call: async (method, ...args) => {
        const at = this.lines.length
        const text = `${name}.${method}(${args.map(textOf).join(', ')})`
        this.lines.push(`${text} has given nothing yet`)
        const given = await page.evaluate(callInPage, { method, args })
        this.lines[at] = `${text}: ${textOf(given)}`
      },
      close: () => page.close({ runBeforeUnload: false }),
    }
  }

  /** At least two, each of which has opened its database. */
  async openTabs(count: number): Promise<[Tab, Tab, ...Tab[]]> {
    const tabs: Tab[] = []
    for (let number = 1; number <= count; number++) {
      const tab = await this.tab(String(number))
      await tab.call('open')
      tabs.push(tab)
    }
    return tabs as [Tab, Tab, ...Tab[]] // Callers ask for two at least.
  }

  /** Closes all tabs. */
  async end(): Promise<void> {
    await Promise.all(this.#pages.map((page) => page.close()))
  }
}

/** Runs in the page. */
function callInPage(call: { method: string; args: readonly unknown[] }): unknown {
  return (globalThis as unknown as Globals).page[call.method]?.(...call.args) // Set by its script.
}

function textOf(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
