/** Compiles the engine in Node so that a short program does not pay for its optimization. */
import process from 'node:process'

/**
 * How much of a function V8 runs before it optimizes it, roughly in bytes of code.
 *
 * Engine: at exit, Node 20 and 22 wait for what V8 is still optimizing, and V8 begins with the engine's largest functions
 * within the first few statements: a fifth of a second of processor time, more on a busy machine. With this budget it begins
 * after about a hundred transactions. Newer versions do not wait; there, optimizing early serves longer programs.
 */
const patientBudget = 400_000_000

/** V8's major version in the versions of Node that wait → its default budget, which cannot be read and must be restored. */
const defaultBudgets: Readonly<Record<string, number>> = { 11: 1_800_000, 12: 13_000_000 }

/** Compiles the engine, with the flags of V8 that suit it, unless the user has chosen how WebAssembly is compiled. */
export function compileEngine(bytes: BufferSource): WebAssembly.Module {
  const flags = flagsHere()
  // V8 records them in a module as it compiles it: set during that call alone, they apply to this module only.
  for (const { meanwhile } of flags) setFlag(meanwhile)
  try {
    return new WebAssembly.Module(bytes)
  } finally {
    for (const { afterwards } of flags) setFlag(afterwards)
  }
}

/** A flag of V8, and its default. */
interface Flag {
  readonly meanwhile: string
  readonly afterwards: string
}

/**
 * Engine: V8 compiles a function when it is called for the first time, but checks all of them before, which takes twice as long as all
 * else of this step. A program calls few of them: each is checked when it is compiled. That the file is whole its outline tells.
 */
const checkedLate: Flag = {
  meanwhile: '--wasm-lazy-validation',
  afterwards: '--no-wasm-lazy-validation',
}

function flagsHere(): Flag[] {
  if (!isOpenToFlags()) return []
  const budget = ownBudget()
  if (budget === undefined) return [checkedLate]
  return [checkedLate, { meanwhile: budgetFlag(patientBudget), afterwards: budgetFlag(budget) }]
}

const budgetFlag = (bytes: number): string => `--wasm-tiering-budget=${bytes}`

/** Whether this is Node, and the user has not chosen how WebAssembly is compiled. */
function isOpenToFlags(): boolean {
  const { bun, deno } = process.versions
  if (bun !== undefined || deno !== undefined) return false
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ')
  return !/wasm[-_](?:tier|dynamic|lazy)|liftoff|jitless/.test(options)
}

/** V8's own budget; undefined where Node does not wait, or the user has chosen how WebAssembly is compiled. */
export function ownBudget(): number | undefined {
  if (!isOpenToFlags()) return undefined
  const { v8: version = '' } = process.versions
  return defaultBudgets[version.split('.', 1)[0] ?? '']
}

/** Loaded only where it is used. */
function setFlag(flag: string): void {
  process.getBuiltinModule('node:v8').setFlagsFromString(flag)
}
