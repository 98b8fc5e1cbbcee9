/** The whole of the fault suite, short and long. */
import { longLog, randomHistory, scripted } from './histories.ts'
import { failCalls, type Failing } from './failing-calls-suite.ts'
import { cutPower } from './power-loss-suite.ts'

/** A reordering that has found a log emptied too early. */
const telling = 20

const failings: readonly Failing[] = [
  { effect: 'fail', code: 'EIO' },
  { effect: 'fail', code: 'ENOSPC' },
  { effect: 'short', code: 'EIO' },
  { effect: 'short', code: 'ENOSPC' },
]

/** What the suite is run with. */
export interface FaultOptions {
  /** undefined: all. */
  readonly part: string | undefined
  readonly isLong: boolean
  readonly seed: number
}

/** Runs it. `line` is the last one to print. */
export async function runFaults({ part, isLong, seed }: FaultOptions) {
  const wrong: string[] = []
  const told: string[] = []
  let passed = 0
  if (part === undefined || part === 'power') {
    const histories = isLong
      ? [scripted, longLog, ...Array.from({ length: 10 }, (_, i) => randomHistory(seed + i, 40))]
      : [scripted, randomHistory(seed, 10)]
    const total = { calls: 0, moments: 0, points: 0 }
    for (const history of histories) {
      const seedCount = history === longLog ? 4 : 64
      const seeds = isLong ? Array.from({ length: seedCount }, (_, i) => seed + i) : [telling]
      const counts = await cutPower(history, seeds)
      total.calls += counts.calls
      total.moments += counts.moments
      total.points += counts.points
      wrong.push(...counts.wrong)
      passed += counts.points - counts.wrong.length
      console.log(`${history.name}: ${counts.points} power cuts, ${counts.wrong.length} wrong`)
    }
    told.push(`${total.points} power cuts at ${total.moments} moments of ${total.calls} calls`)
  }
  if (part === undefined || part === 'calls') {
    const histories = isLong
      ? [scripted, ...Array.from({ length: 5 }, (_, i) => randomHistory(seed + i, 25))]
      : [scripted]
    const total = { calls: 0, failedActions: 0 }
    for (const history of histories) {
      for (const failing of failings) {
        const counts = await failCalls(history, failing, isLong ? 1 : 3)
        total.calls += counts.calls
        total.failedActions += counts.failedActions
        wrong.push(...counts.wrong)
        passed += counts.calls - counts.wrong.length
        const { effect, code } = failing
        console.log(
          `${history.name}, ${effect} ${code}: ${counts.calls} calls, ${counts.wrong.length} wrong`,
        )
      }
    }
    told.push(`${total.calls} calls failed once, of which ${total.failedActions} failed an action`)
  }
  const line = `faults: ${passed} passed, ${wrong.length} failed (${told.join(', ')})`
  return { wrong, line }
}
