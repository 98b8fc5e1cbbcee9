/** The recorded first seconds for readers: tables of docs/performance.md. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { markdownTable, writeSection } from '../report/document.ts'
import type { FirstSecond } from './measure.ts'
import { runtimesTable, stepsTable } from './table.ts'

/** Runtime's label → what was measured there. */
export type FirstSeconds = Readonly<Record<string, FirstSecond>>

/** The file that `--update` writes. */
export const resultsFile = 'first-second.json'

/** The runtimes of the tables, by their labels. */
const runtimes: Readonly<Record<string, string>> = {
  node20: 'Node 20',
  node22: 'Node 22',
  node24: 'Node 24',
  node26: 'Node 26',
  bun: 'Bun',
  deno: 'Deno',
}

const section = { name: 'first second', command: 'npm run bench -- --report' }

/** Rewrites the tables. @throws Error when the document lacks their marks */
export function writeFirstSecondReport(projectRoot: string): void {
  const file = join(projectRoot, 'test/suites/bench', resultsFile)
  if (!existsSync(file)) return
  const results = JSON.parse(readFileSync(file, 'utf8')) as FirstSeconds // This benchmark wrote it.
  const named = Object.entries(runtimes).flatMap(([label, title]) => {
    const measured = results[label]
    return measured ? [[title, measured] as const] : []
  })
  // Another build is of interest only to those who compare.
  const { before: _, ...measured } = results['node24'] ?? {}
  const steps = stepsTable(measured, 'Node 24', 'cpu')
  const others = named.length > 1 ? [runtimesTable(Object.fromEntries(named), 'cpu')] : []
  writeSection(projectRoot, section, [steps, ...others].map(markdownTable))
}
