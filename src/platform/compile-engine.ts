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

/** Compiles the engine; with patience where Node waits and the user has not chosen a budget. */
export function compileEngine(bytes: BufferSource): WebAssembly.Module {
  const budget = ownBudget()
  if (budget === undefined) return new WebAssembly.Module(bytes)
  // V8 records the budget in a module as it compiles it: set during that call alone, it applies to this module only.
  setBudget(patientBudget)
  try {
    return new WebAssembly.Module(bytes)
  } finally {
    setBudget(budget)
  }
}

/** V8's own budget; undefined where Node does not wait, or the user has chosen how WebAssembly is optimized. */
export function ownBudget(): number | undefined {
  const { v8: version = '', bun, deno } = process.versions
  if (bun !== undefined || deno !== undefined) return undefined
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ')
  if (/wasm[-_](?:tier|dynamic)|liftoff|jitless/.test(options)) return undefined
  return defaultBudgets[version.split('.', 1)[0] ?? '']
}

/** Loaded only where it is used. */
function setBudget(bytes: number): void {
  process.getBuiltinModule('node:v8').setFlagsFromString(`--wasm-tiering-budget=${bytes}`)
}
