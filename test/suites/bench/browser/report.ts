/** The recorded results of browsers for readers: the tables of docs/performance.md. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Measurement } from '../warm/measure.ts'
import type { Row } from '../warm/cases.ts'
import { markdownTable, writeSection } from '../report/document.ts'
import { goalOf } from '../report/table.ts'
import { deliveryName, echoName } from './cases.ts'
import type { Place } from './page.ts'
import type { BrowserResults } from './results.ts'

/** The file that `--update` writes. */
export const resultsFile = 'browser-results.json'

/** The stores, as people call them. */
const storeTitles: Readonly<Record<string, string>> = {
  'chromium-leveldb': 'Chromium, LevelDB',
  'chromium-sqlite': 'Chromium, SQLite',
  firefox: 'Firefox',
}

const placeTitles: Readonly<Record<Place, string>> = {
  page: 'from a page',
  worker: 'in a dedicated worker',
  tab: 'from a second tab',
}

const places: readonly Place[] = ['page', 'worker', 'tab']

const section = {
  name: 'browser speed',
  command: 'npm run bench:browser -- --report',
}

/** Rewrites the tables. @throws Error when the document lacks their marks. */
export function writeBrowserReport(projectRoot: string): void {
  const results = JSON.parse(
    readFileSync(join(projectRoot, 'test/suites/bench', resultsFile), 'utf8'),
  ) as BrowserResults // This benchmark wrote it.
  const isMeasured = (place: Place) => Object.values(results).some((it) => it.places[place])
  const tables = places.filter(isMeasured).map((place) => tableFor(place, results))
  writeSection(projectRoot, section, [versionsOf(results), ...tables])
}

function versionsOf(results: BrowserResults): string {
  const versions = new Set(Object.values(results).map(({ browser }) => browser))
  return `Measured in ${[...versions].sort().join(' and ')}.`
}

function tableFor(place: Place, results: BrowserResults): string {
  const stores = Object.keys(storeTitles).filter((store) => results[store]?.places[place])
  const rowsOf = (store: string) => results[store]?.places[place]?.rows ?? []
  const failedOf = (store: string) => results[store]?.places[place]?.failed ?? []
  const names = new Set(
    stores.flatMap((store) => [...rowsOf(store), ...failedOf(store)].map(({ name }) => name)),
  )
  const lines = [...names].filter(isCompared).flatMap((name) => {
    const rows = stores.map((store) => rowsOf(store).find((row) => row.name === name))
    const cells = stores.map((store, i) => {
      const isFailed = failedOf(store).some((it) => it.name === name)
      return isFailed ? '**failed**' : ratioOf(rows[i], ours)
    })
    const goal = rows.find((row) => row?.goals.length)?.goals[0]?.ratio ?? ''
    const times = rows.map((row) => microsecondsOf(row, ours))
    const line = [name, String(goal), ...cells, ...times]
    const floors = [echoName, deliveryName].filter((it) =>
      rows.some((row) => measurementOf(row, it)),
    )
    return [line, ...floors.map((floor) => floorLine(name, rows, floor))]
  })
  const titles = stores.map((store) => storeTitles[store] ?? store)
  return markdownTable([
    [placeTitles[place], 'goal', ...titles, ...titles.map((title) => `µs, ${title}`)],
    ...lines,
  ])
}

/** What closing costs is milliseconds against nothing: a ratio says little. */
function isCompared(name: string): boolean {
  return !name.startsWith('close after')
}

const ours = 'opfs'

/** What the browser alone took in that case. */
function floorLine(
  name: string,
  rows: readonly (Row | undefined)[],
  floor: string,
): readonly string[] {
  const ratios = rows.map((row) => ratioOf(row, floor))
  return [`${name}: ${floor}`, '', ...ratios, ...rows.map((row) => microsecondsOf(row, floor))]
}

function measurementOf(row: Row | undefined, contender: string): Measurement | undefined {
  return row?.measurements.find(({ name }) => name === contender)
}

/** Bold where the goal is missed. */
function ratioOf(row: Row | undefined, contender: string): string {
  const measurement = measurementOf(row, contender)
  if (!row || typeof measurement?.ratio !== 'number') return ''
  const digits = String(Number(measurement.ratio.toPrecision(2)))
  return measurement.ratio > (goalOf(row, measurement, false) ?? Infinity)
    ? `**${digits}**`
    : digits
}

/** For one operation. */
function microsecondsOf(row: Row | undefined, contender: string): string {
  const measurement = measurementOf(row, contender)
  if (!row || !measurement) return ''
  return String(Number(((measurement.medianMs / row.count) * 1000).toPrecision(2)))
}
