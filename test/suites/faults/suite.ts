/** The whole of the fault suite, short and long. */
import { longLog, queued, randomHistory, relaxedAlone, scripted } from './histories.ts'
import { failCalls, type Failing } from './failing-calls-suite.ts'
import { fillDisk } from './full-disk-suite.ts'
import { failStorageCalls } from './failing-storage-suite.ts'
import { cutPower } from './power-loss-suite.ts'
import { mountSmallDisk } from '../../kit/disks/small-disk.ts'

/** How many transactions queue up at once where they may share syncs. */
const mostAtOnce = 6

/** What is tried of a history with thousands of writes of which each may be lost. */
const hugeSample = { every: 37, prefixes: 6 }

/** A reordering that has found a log emptied too early. */
const telling = 20

const failings: readonly Failing[] = [
  { effect: 'fail', code: 'EIO' },
  { effect: 'fail', code: 'ENOSPC' },
  { effect: 'short', code: 'EIO' },
  { effect: 'short', code: 'ENOSPC' },
]

/** Of the real disk. The histories need a fraction of it. */
const smallDiskBytes = 4 * 1024 * 1024

/** What the suite is run with. */
export interface FaultOptions {
  /** undefined: all. */
  readonly part: string | undefined
  readonly isLong: boolean
  readonly seed: number
}

/** What came of one part. */
interface Part {
  readonly passed: number
  readonly wrong: readonly string[]
  /** What was tried, in words and numbers. */
  readonly told: string
}

/** Runs it. `line` is the last one to print. */
export async function runFaults({ part, isLong, seed }: FaultOptions) {
  const parts: Part[] = []
  if (part === undefined || part === 'power') parts.push(await runPowerCuts(isLong, seed))
  if (part === undefined || part === 'calls') parts.push(await runFailingCalls(isLong, seed))
  if (part === undefined || part === 'storage') parts.push(await runFailingStorage(isLong))
  if (part === undefined || part === 'full') parts.push(await runFullDisk(isLong, seed))
  const wrong = parts.flatMap((it) => it.wrong)
  const passed = parts.reduce((sum, it) => sum + it.passed, 0)
  const told = parts.map((it) => it.told).join(', ')
  return { wrong, line: `faults: ${passed} passed, ${wrong.length} failed (${told})` }
}

async function runPowerCuts(isLong: boolean, seed: number): Promise<Part> {
  const histories = isLong
    ? [
        scripted,
        relaxedAlone,
        longLog,
        ...Array.from({ length: 10 }, (_, i) => randomHistory(seed + i, 40)),
      ]
    : [scripted, relaxedAlone, randomHistory(seed, 10)]
  const runs = [
    ...histories.map((history) => ({ history, atOnce: 1 })),
    { history: queued, atOnce: mostAtOnce },
    ...(isLong ? [{ history: scripted, atOnce: mostAtOnce }] : []),
  ]
  const total = { calls: 0, moments: 0, points: 0, states: 0 }
  const wrong: string[] = []
  for (const { history, atOnce } of runs) {
    const isHuge = history === longLog
    const seedCount = isHuge ? 4 : 64
    const seeds = isLong ? Array.from({ length: seedCount }, (_, i) => seed + i) : [telling]
    const counts = await cutPower(history, { seeds, atOnce, ...(isHuge && { sample: hugeSample }) })
    total.calls += counts.calls
    total.moments += counts.moments
    total.points += counts.points
    total.states += counts.states
    wrong.push(...counts.wrong)
    console.log(
      `${history.name}, ${atOnce} at once: ${counts.points} power cuts, ${counts.states} different states, ${counts.wrong.length} wrong`,
    )
  }
  const told = `${total.points} power cuts at ${total.moments} moments of ${total.calls} calls, which left ${total.states} different states`
  return { passed: total.points - wrong.length, wrong, told }
}

async function runFailingCalls(isLong: boolean, seed: number): Promise<Part> {
  const histories = isLong
    ? [scripted, ...Array.from({ length: 5 }, (_, i) => randomHistory(seed + i, 25))]
    : [scripted]
  const total = { calls: 0, failedActions: 0 }
  const wrong: string[] = []
  for (const history of histories) {
    for (const failing of failings) {
      const counts = await failCalls(history, failing, isLong ? 1 : 3)
      total.calls += counts.calls
      total.failedActions += counts.failedActions
      wrong.push(...counts.wrong)
      const what = `${history.name}, ${failing.effect} ${failing.code}`
      console.log(`${what}: ${counts.calls} calls, ${counts.wrong.length} wrong`)
    }
  }
  const told = `${total.calls} calls failed once, which failed ${total.failedActions} actions`
  return { passed: total.calls - wrong.length, wrong, told }
}

async function runFailingStorage(isLong: boolean): Promise<Part> {
  const { calls, failedWorks, wrong } = await failStorageCalls(isLong ? 1 : 5)
  const told = `${calls} calls of a storage directory failed once or from then on, which failed ${failedWorks} actions`
  return { passed: calls - wrong.length, wrong, told }
}

async function runFullDisk(isLong: boolean, seed: number): Promise<Part> {
  const disk = mountSmallDisk(smallDiskBytes)
  if (typeof disk === 'string')
    return { passed: 0, wrong: [], told: `1 not run: full disk, ${disk}` }
  const histories = isLong
    ? [scripted, ...Array.from({ length: 5 }, (_, i) => randomHistory(seed + i, 25))]
    : [scripted]
  const total = { moments: 0, failedActions: 0 }
  const wrong: string[] = []
  try {
    for (const history of histories) {
      for (const freeBytes of isLong ? [0, 4096, 3 * 4096, 8 * 4096] : [0, 4096]) {
        const counts = await fillDisk(history, disk, { freeBytes, every: isLong ? 1 : 3 })
        total.moments += counts.moments
        total.failedActions += counts.failedActions
        wrong.push(...counts.wrong)
        const what = `${history.name}, full but for ${freeBytes} bytes`
        console.log(`${what}: ${counts.moments} moments, ${counts.wrong.length} wrong`)
      }
    }
  } finally {
    disk.unmount()
  }
  const told = `a real disk full from ${total.moments} moments on, which failed ${total.failedActions} actions`
  return { passed: total.moments - wrong.length, wrong, told }
}
