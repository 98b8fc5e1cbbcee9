/**
 * The process that tries the inputs. What it prints, a line each:
 *
 * - `at 17`: it is about to try input 17, and those after it up to the next report.
 * - `finding 17 …`: what is wrong with input 17, which it has left in the file, its name followed by `.17`.
 * - `end 30`: it has tried all before 30.
 *
 * Arguments: part, seed, number of the first input, milliseconds, most inputs, inputs per report (0: the part's own), file.
 * With `-` for the seed the file is the input. With 1 for the inputs per report each input is left in the file before it
 * is tried.
 */
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import process from 'node:process'
import { seededRandom } from '../../kit/history/random.ts'
import { parts } from './parts.ts'

const [name = '', seed = '', first, milliseconds, most, perReport, file = ''] =
  process.argv.slice(2)
const part = parts[name]
if (!part) throw new TypeError(`There is no part "${name}"; there are ${Object.keys(parts)}`)
const inputsPerReport = Number(perReport) || part.inputsPerReport

const say = (line: string): number => writeSync(1, `${line.replaceAll('\n', ' | ')}\n`)

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined
    ? String(error.stack)
    : `${error.stack} by ${describe(error.cause)}`
}

/** What inputs must not change. */
const watched = [Object, Array, Function, String, Number, Map, Set, Promise, Error].map(
  ({ prototype }) => prototype as object,
)
const prototypesNow = (): string => watched.map((it) => Reflect.ownKeys(it).map(String)).join('|')
const prototypes = prototypesNow()

let current = Number(first)
let input: Uint8Array = new Uint8Array(0)
const found = (error: unknown): void => {
  if (seed !== '-') writeFileSync(`${file}.${current}`, input)
  say(`finding ${current} ${describe(error)}`)
}
process.on('uncaughtException', (error) => found(new Error('uncaught', { cause: error })))
process.on('unhandledRejection', (error) =>
  found(new Error(`unhandled rejection: ${String(error)}`)),
)
let isOver = false
process.on('exit', () => {
  if (!isOver) found(new Error('nothing happens any more'))
})

if (seed === '-') await tryInput(readFileSync(file))
else await tryInputs(Number(seed), performance.now() + Number(milliseconds))
isOver = true
say(`end ${current}`)

async function tryInputs(seedNumber: number, endMs: number): Promise<void> {
  const end = current + Number(most)
  for (; current < end; current++) {
    const isReported = current % inputsPerReport === 0
    if (isReported && performance.now() > endMs) return
    const made = part?.make(seededRandom(seedNumber, current)) ?? input
    if (inputsPerReport === 1) writeFileSync(file, made)
    if (isReported) say(`at ${current}`)
    await tryInput(made)
  }
}

async function tryInput(made: Uint8Array): Promise<void> {
  input = made
  try {
    await part?.try(input)
    if (current % inputsPerReport === 0) checkProcess()
  } catch (error) {
    found(error)
  }
}

/** What no single input can be blamed for, until each is tried alone. */
function checkProcess(): void {
  if (prototypesNow() !== prototypes) throw new Error('a prototype was changed')
  const { rss } = process.memoryUsage()
  if (rss > baseBytes + (part?.memoryBytes ?? 0)) {
    throw new Error(`${Math.round(rss / 2 ** 20)} MiB of memory are in use`)
  }
}
const baseBytes = process.memoryUsage().rss
