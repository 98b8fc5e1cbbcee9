/**
 * The guard: a short run beside the record of one, so that a change which costs a lot does not go unseen. What is compared is the
 * processor time on disk relative to the peer's in the same process, round by round: a slower machine, or a busy one, changes little.
 */
import Table from 'cli-table3'
import type { Answer } from './question.ts'
import type { Row } from './warm/cases.ts'
import { baseline } from './warm/implementations.ts'

/** How many times as long as recorded a case may take. Below it `--compare` tells, which takes a quiet machine. */
export const margin = 1.5

/** So often is a case measured again, with more rounds, that has looked worse; to fail it must look so each time. */
const secondLooks = 2
const rounds = { first: 5, second: 15 }

/** A round of the peer that is shorter says more of the timer than of the case. */
const shortestMs = 2

/** Measures the cases of a question whose name contains `filter`. */
export type MeasureCases = (
  question: string,
  how: { readonly filter: string; readonly rounds: number },
) => Promise<Answer>

/** A case, as recorded and as measured. */
interface Comparison {
  readonly name: string
  readonly recorded: number
  /** One for each time that it was measured. */
  readonly measured: readonly number[]
}

/** A short run of all cases, for the record. */
export async function shortRun(
  questions: readonly string[],
  measure: MeasureCases,
): Promise<Answer> {
  const rows: Row[] = []
  for (const question of questions) {
    rows.push(...(await measure(question, { filter: '', rounds: rounds.second })).rows)
  }
  return { rows, missing: {} }
}

/** Prints a line for each case and a verdict. Gives the exit code: 0 if no case is worse than it may be. `record`: of a short run. */
export async function guard(
  record: Answer | undefined,
  questions: readonly string[],
  measure: MeasureCases,
): Promise<number> {
  if (!record) {
    console.log('bench: not checked: no short run of this runtime is recorded')
    return 0
  }
  const recorded = new Map(record.rows.flatMap(ratioOf))
  const compared: Comparison[] = []
  for (const question of questions) {
    const { rows } = await measure(question, { filter: '', rounds: rounds.first })
    for (const [name, ratio] of rows.flatMap(ratioOf)) {
      const known = recorded.get(name)
      if (known === undefined) continue
      const lookAgain = async (): Promise<number> => {
        const again = await measure(question, { filter: name, rounds: rounds.second })
        return again.rows.filter((row) => row.name === name).flatMap(ratioOf)[0]?.[1] ?? NaN
      }
      compared.push(await compareCase({ name, recorded: known, measured: [ratio] }, lookAgain))
    }
  }
  return report(compared)
}

async function compareCase(
  first: Comparison,
  lookAgain: () => Promise<number>,
): Promise<Comparison> {
  let it = first
  for (let look = 0; look < secondLooks && isWorse(it); look++) {
    it = { ...it, measured: [...it.measured, await lookAgain()] }
  }
  return it
}

/** The case's name and its ratio to the peer; nothing where there is none that says anything. */
function ratioOf({ name, measurements }: Row): [name: string, ratio: number][] {
  const ratio = measurements.find((it) => it.name === 'disk')?.ratio
  const peer = measurements.find((it) => it.name === baseline)
  return ratio && peer && peer.medianMs >= shortestMs ? [[name, ratio]] : []
}

/** By the least, unless a measurement has failed. */
function isWorse({ recorded, measured }: Comparison): boolean {
  return !(Math.min(...measured) <= recorded * margin)
}

function report(compared: readonly Comparison[]): number {
  const table = new Table({
    head: [`÷ ${baseline}`, 'recorded', 'measured', ''],
    colAligns: ['left', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const it of compared) {
    const measured = it.measured.map((ratio) => ratio.toPrecision(2)).join(', ')
    table.push([it.name, it.recorded.toPrecision(2), measured, isWorse(it) ? 'WORSE' : ''])
  }
  console.log(table.toString())
  const worse = compared.filter(isWorse).length
  console.log(
    `bench: ${compared.length - worse} passed, ${worse} failed (cases that take no more than ${margin} times the processor time recorded, relative to ${baseline})`,
  )
  return compared.length > 0 && worse === 0 ? 0 : 1
}
