/** The processes of a browser's pages, as Linux lists them. */
import { readFileSync, readdirSync } from 'node:fs'
import type { Page } from 'playwright-core'

/** How long a page is kept busy so that its process can be told from the others. */
const burnMs = 700

/** The process that runs a page: of those that descend from this one, it has worked most while the page was kept busy. */
export async function processOf(page: Page): Promise<number> {
  const before = pageProcesses()
  await page.evaluate((ms) => {
    const end = performance.now() + ms
    while (performance.now() < end);
  }, burnMs)
  const worked = [...pageProcesses()].map(([pid, ticks]) => ({
    pid,
    ticks: ticks - (before.get(pid) ?? 0),
  }))
  const [busiest] = worked.sort((one, other) => other.ticks - one.ticks)
  if (!busiest) throw new Error('There is no process of pages below this one')
  return busiest.pid
}

/** Process id → processor time used, in ticks. */
function pageProcesses(): Map<number, number> {
  const parents = new Map<number, number>()
  const found = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((it) => /^\d+$/.test(it))) {
    const stat = read(`/proc/${name}/stat`)
    // The name of the program, in parentheses, may have spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    parents.set(Number(name), Number(fields[1]))
    const command = read(`/proc/${name}/cmdline`)
    if (/--type=renderer|-contentproc/.test(command)) {
      found.set(Number(name), Number(fields[11]) + Number(fields[12]))
    }
  }
  return new Map([...found].filter(([pid]) => descends(pid, parents)))
}

function descends(pid: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) {
    if (at === process.pid) return true
  }
  return false
}

/** Empty for a process that has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
