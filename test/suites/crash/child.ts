/**
 * The process that gets killed. It opens what the one before it left, finds the state it is in, and goes on from there
 * until it is killed. Each line it prints is out before it goes on:
 *
 * - `owner 12.3`: it has become the owner of the directory, within so many milliseconds. What it was kept waiting for a
 *   processor is taken off, as far as the system tells.
 * - `listed 34.5`: it knows what databases are there, so long after it began.
 * - `found 17`: the databases hold exactly what they should after step 17, and the marks of the steps up to it.
 * - `issue 18`, `done 18`: step 18 was begun, was acknowledged.
 * - `wrong …`: something that must not be.
 *
 * Arguments: directory, seed, the last step acknowledged, the last begun, whether to check the pages, whether to go on.
 */
import { writeSync } from 'node:fs'
import { close, createIndexedDB } from '../../../src/index.ts'
import { createHost } from '../../../src/host/host.ts'
import { factoryOn } from '../../../src/hosting/composition.ts'
import { HostUser, hostOfOthers } from '../../../src/hosting/host-user.ts'
import { platform } from '../../../src/platform/node.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import { loadEngine } from '../../../src/sqlite/engine.ts'
import type { StorageDirectory } from '../../../src/storage/storage.ts'
import type { Vfs } from '../../../src/files/vfs.ts'
import { memory } from '../../../vfs/memory.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { Databases, readState } from '../../kit/history/databases.ts'
import { generateStep } from '../../kit/history/generate.ts'
import { seededRandom } from '../../kit/history/random.ts'
import { nothing, type State, textOf } from '../../kit/history/state.ts'
import { applyStep, type Step } from '../../kit/history/step.ts'
import { waitedMs } from '../../kit/process-times.ts'
import { CountedStore } from './counted-store.ts'
import { ExpectedMarks, marking, marksIn } from './marks.ts'

const [directory = '', seedText, acknowledgedText, begunText, checksPages, goesOn] =
  process.argv.slice(2)
const seed = Number(seedText)
const acknowledged = Number(acknowledgedText)
const begun = Number(begunText)

/** How many transactions wait for each other at most. */
const mostAtOnce = 6

try {
  await warmUp()
  if (checksPages === 'yes') await checkFiles()
  const { number, state } = await findState()
  const counted = new CountedStore(directory)
  await counted.check()
  say(`found ${number}`)
  if (goesOn === 'yes') await runSteps(state, number + 1, counted)
  await counted.close()
} catch (error) {
  say(`wrong ${error instanceof Error ? error.stack : String(error)}`.replaceAll('\n', ' | '))
  process.exit(1)
}

/** Keeps the engine's own start, and that of each part of it, out of the times. */
async function warmUp(): Promise<void> {
  const scratch = new Databases(createIndexedDB({ vfs: { ...memory(), isPersistent: true } }))
  let state = nothing
  for (let number = 1; number <= 20; number++) {
    const step = generateStep(state, number, seededRandom(1, number))
    await scratch.execute(step)
    state = applyStep(state, step)
  }
}

/** Files on the disk, whose ownership is timed. */
function timedFs(): Vfs {
  const vfs = nodeFs()
  return {
    ...vfs,
    directory(path) {
      const directory = vfs.directory(path)
      return {
        ...directory,
        async lock(waitMs) {
          const taken = stopwatch()
          await directory.lock(waitMs)
          say(`owner ${taken()}`)
        },
      }
    },
  }
}

/** Tells how many milliseconds have passed since, as text. */
function stopwatch(): () => string {
  const now = (): number => performance.now() - waitedMs()
  const start = now()
  return () => Math.max(0, now() - start).toFixed(1)
}

async function checkFiles(): Promise<void> {
  const storage = storageIn(directory)
  for (const { name } of await storage.list()) {
    const database = await storage.open(name)
    const problems = database.care.check()
    if (problems.length > 0) say(`wrong ${name}: ${problems.join(', ')}`)
    await database.close()
  }
  await storage.close()
}

/** The step after which everything is as it was found. */
async function findState(): Promise<{ number: number; state: State }> {
  const indexedDB = createIndexedDB({ path: directory, vfs: timedFs() })
  const taken = stopwatch()
  await indexedDB.databases()
  say(`listed ${taken()}`)
  const found = await readState(indexedDB)
  await close(indexedDB)

  const foundMarks = await readMarks()
  const marks = new ExpectedMarks()
  let state = nothing
  for (let number = 0; number <= begun; number++) {
    if (number > 0) {
      const step = stepAt(state, number)
      state = applyStep(state, step)
      marks.note(step, number)
    }
    const isFound = textOf(state) === found && marks.text() === foundMarks
    if (number >= acknowledged && isFound) return { number, state }
  }
  throw new Error(
    `No step from ${acknowledged} to ${begun} gives what was found: ${found}, marks ${foundMarks}`,
  )
}

async function readMarks(): Promise<string> {
  const storage = storageIn(directory)
  const marks = await marksIn(storage)
  await storage.close()
  return marks
}

function storageIn(path: string): StorageDirectory {
  const getEngine = () => loadEngine(() => platform.loadWasm())
  return openStorageDirectory({ vfs: nodeFs(), path, waitMs: 0, getEngine })
}

function stepAt(state: State, number: number): Step {
  return generateStep(state, number, seededRandom(seed, number))
}

async function runSteps(start: State, first: number, counted: CountedStore): Promise<never> {
  let asked = 0
  const host = createHost({ storage: storageIn(directory), durability: 'relaxed' })
  const databases = new Databases(factoryOn(new HostUser(hostOfOthers(marking(host, () => asked)))))
  const random = seededRandom(seed ^ first)
  let state = start
  let number = first
  for (;;) {
    const group: { number: number; step: Step }[] = []
    const atOnce = random.percent(50) ? 1 : 1 + random.below(mostAtOnce)
    while (group.length < atOnce) {
      const step = stepAt(state, number)
      if (group.length > 0 && !mayQueueBehind(group[0]?.step, step)) break
      state = applyStep(state, step)
      group.push({ number: number++, step })
      if (step.type !== 'transaction') break
    }
    const changed = random.percent(25) ? counted.change(random) : null
    await runGroup({ databases, group, asking: (it) => (asked = it) })
    await changed
  }
}

function mayQueueBehind(first: Step | undefined, step: Step): boolean {
  return (
    first?.type === 'transaction' && step.type === 'transaction' && first.database === step.database
  )
}

interface Group {
  readonly databases: Databases
  readonly group: readonly { number: number; step: Step }[]
  /** Told the number of a step right before it is asked for. */
  readonly asking: (number: number) => void
}

async function runGroup({ databases, group, asking }: Group): Promise<void> {
  const [first] = group
  const connection =
    first?.step.type === 'transaction' ? await databases.connection(first.step.database) : null
  await Promise.all(
    group.map(async ({ number, step }) => {
      say(`issue ${number}`)
      asking(number)
      if (connection && step.type === 'transaction') await databases.transact(connection, step)
      else await databases.execute(step)
      say(`done ${number}`)
    }),
  )
}

function say(line: string): void {
  writeSync(1, `${line}\n`)
}
