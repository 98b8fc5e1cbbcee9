/** The recorded first seconds of pages for readers: tables of docs/performance.md. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { markdownTable, writeSection } from '../../report/document.ts'
import type { FirstVisits } from './measure.ts'
import { visitsTable } from './table.ts'

/** The file that `--update` writes. */
export const resultsFile = 'first-second-pages.json'

const section = {
  name: 'first second of pages',
  command: 'npm run bench:browser -- first-second --report',
}

/** The browsers of the tables, as people call them. */
const titles: Readonly<Record<string, string>> = { chromium: 'Chromium', firefox: 'Firefox' }

/** Rewrites the tables. @throws Error when the document lacks their marks */
export function writePagesReport(projectRoot: string): void {
  const file = join(projectRoot, 'test/suites/bench', resultsFile)
  if (!existsSync(file)) return
  const results = JSON.parse(readFileSync(file, 'utf8')) as Record<string, FirstVisits> // This benchmark wrote it.
  const tables = Object.entries(titles).flatMap(([browser, title]) => {
    const measured = results[browser]
    return measured ? [visitsTable(withoutOthers(measured), title)] : []
  })
  writeSection(projectRoot, section, tables.map(markdownTable))
}

/** Another build is of interest only to those who compare. */
function withoutOthers(measured: FirstVisits): FirstVisits {
  const isWanted = ([name]: readonly [string, unknown]): boolean => !name.startsWith('before')
  return Object.fromEntries(Object.entries(measured).filter(isWanted))
}
