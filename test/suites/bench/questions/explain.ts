/** What does it cost that errors can be explained? Off, off once more, which shows the noise, and on. */
import { join } from 'node:path'
import { type Case, type Implementation, type Row, runCases, usualEffort } from '../warm/cases.ts'
import { loadBuild, type Medium, type Places } from '../warm/implementations.ts'
import { median } from '../warm/measure.ts'
import type { Ask, AskOptions } from '../question.ts'
import { cases as cursorCases } from './cursor.ts'
import { cases as putCases } from './put.ts'
import { cases as readCases } from './read.ts'
import { cases as transactionCases } from './transactions.ts'

const baseline = 'off'
/** Contender → the option. */
const contenders = { [baseline]: false, 'off again': false, on: true }

/** Those in which transactions and requests are many; the price of each is the same where they do more. */
const cases = [...transactionCases, ...putCases, ...readCases, ...cursorCases]

export const ask: Ask = async (places, options) => {
  const inMemory = await askOn('memory', places, options)
  const rows = [...inMemory, ...(await askOn('disk', places, options))]
  return { rows, missing: {}, notes: rows.length > 0 ? notesOn(rows) : [] }
}

async function askOn(medium: Medium, places: Places, options: AskOptions): Promise<Row[]> {
  const named: Case[] = cases.map((it) => ({
    ...it,
    name: `explain: ${it.name}, ${medium}`,
    effort: { ...(it.effort ?? usualEffort), gapRounds: 0 },
  }))
  const implementations: Implementation[] = []
  for (const [name, explain] of Object.entries(contenders)) {
    const path = join(places.scratch, `${medium} ${name}`)
    const build = join(places.projectRoot, 'dist')
    implementations.push({ name, ...(await loadBuild(build, { medium, path, explain })) })
  }
  const field = { implementations, baseline, goalsOf: () => [] }
  const rows = await runCases(named, field, options)
  for (const { close } of implementations) await close()
  // A closing asks nothing that is explained.
  return rows.filter(({ name }) => !name.startsWith('close after'))
}

function notesOn(rows: readonly Row[]): string[] {
  const ratios = (contender: string): number[] =>
    rows.flatMap(
      ({ measurements }) => measurements.find(({ name }) => name === contender)?.ratio ?? [],
    )
  return ['off again', 'on'].map((contender) => {
    const all = ratios(contender)
    const [least, most] = [Math.min(...all), Math.max(...all)].map((it) => it.toFixed(2))
    return `${contender} ÷ off: median ${median(all).toFixed(3)}, from ${least} to ${most}`
  })
}
