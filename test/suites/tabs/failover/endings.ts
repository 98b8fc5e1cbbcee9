/** The ways in which the tab that owns the directory ends. */
import { canCrash, crashPage } from '../crash-page.ts'
import type { Globals } from '../scope/context.ts'
import type { Fleet, LoadedTab } from './fleet.ts'
import { processOf } from './processes.ts'

export const endingNames = [
  'close',
  'reload',
  'navigate',
  'terminate',
  'terminateNext',
  'crash',
  'kill',
] as const
export type EndingName = (typeof endingNames)[number]

export interface Ending {
  /** What has to be found out first. */
  prepare?(tab: LoadedTab): Promise<number>
  /** Ends it; resolves once that has happened. */
  run(fleet: Fleet, tab: LoadedTab, prepared: number): Promise<void>
}

export const endings: Readonly<Record<EndingName, Ending>> = {
  close: {
    async run(fleet, tab) {
      fleet.drop(tab)
      await tab.page.close()
    },
  },
  reload: {
    async run(fleet, tab) {
      fleet.drop(tab)
      await tab.page.reload({ waitUntil: 'commit' })
      await fleet.load(tab.page)
    },
  },
  navigate: {
    async run(fleet, tab) {
      fleet.drop(tab)
      await tab.page.goto('about:blank')
      await tab.page.close()
    },
  },
  terminate: {
    async run(_, { page }) {
      await page.evaluate(() => (globalThis as unknown as Globals).terminateHosting())
    },
  },
  /** And the worker that the page starts next, before its script has run: the page waits long for that. */
  terminateNext: {
    async run(_, { page }) {
      const hosts = () => (globalThis as unknown as Globals).hostingSince() !== null
      const terminate = () => (globalThis as unknown as Globals).terminateHosting()
      await page.evaluate(terminate)
      const started = page.waitForFunction(hosts, null, { polling: 1, timeout: 5_000 })
      // Where others are before it in line it starts none.
      if (await started.catch(() => null)) await page.evaluate(terminate)
    },
  },
  /** By the command that Chromium has for it; elsewhere its process gets the signal of a crash. */
  crash: {
    prepare: async ({ page }) => (canCrash(page) ? 0 : processOf(page)),
    async run(fleet, tab, pid) {
      if (!canCrash(tab.page)) return endProcess(fleet, tab, pid, 'SIGSEGV')
      fleet.drop(tab)
      await crashPage(tab.page)
      await tab.page.close()
    },
  },
  kill: {
    prepare: ({ page }) => processOf(page),
    run: (fleet, tab, pid) => endProcess(fleet, tab, pid, 'SIGKILL'),
  },
}

async function endProcess(
  fleet: Fleet,
  tab: LoadedTab,
  pid: number,
  signal: 'SIGSEGV' | 'SIGKILL',
): Promise<void> {
  process.kill(pid, signal)
  await dropAnswerless(fleet)
  if (fleet.tabs.includes(tab)) throw new Error('The process that was ended is not the tab’s')
}

/** Drops the tabs whose process is gone: several may have shared it. */
async function dropAnswerless(fleet: Fleet): Promise<void> {
  await Promise.all(
    [...fleet.tabs].map(async (tab) => {
      const answer = tab.page.evaluate(() => true).catch(() => false)
      const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), 3_000))
      if (await Promise.race([answer, late])) return
      fleet.drop(tab)
      await Promise.race([tab.page.close().catch(() => {}), late])
    }),
  )
}
