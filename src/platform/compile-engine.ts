/** Compiling the engine in Node, so that a short program does not pay for optimizing it. */
import process from 'node:process'
import v8 from 'node:v8'

/**
 * How much of a function V8 runs before it optimizes it, roughly in bytes of code.
 *
 * Engine: Node 20 and 22 wait at their end for what V8 is just optimizing, and V8 begins with the engine's largest functions
 * within the first few statements: a fifth of a second of processor time, and more on a busy machine. With this budget it
 * begins after about a hundred transactions. Newer ones do not wait; there optimizing early is what a longer program wants.
 */
const patientBudget = 400_000_000

/** V8's major version in the Nodes that wait → its own budget, which cannot be asked for, and must be put back. */
const defaultBudgets: Readonly<Record<string, number>> = { 11: 1_800_000, 12: 13_000_000 }

/** Compiles the engine; with patience where Node waits and the user has not chosen a budget. */
export function compileEngine(bytes: BufferSource): WebAssembly.Module {
  const budget = ownBudget()
  if (budget === undefined) return new WebAssembly.Module(bytes)
  // V8 notes the budget with a module as it makes it: set for the length of that call, it is this module's alone.
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

function setBudget(bytes: number): void {
  v8.setFlagsFromString(`--wasm-tiering-budget=${bytes}`)
}
