/** Compiles the engine in Node so that a short program does not pay for its optimization. */
import process from 'node:process'

/**
 * How much of a function V8 runs before it optimizes it, roughly in bytes of code.
 *
 * Engine: by itself V8 begins with the engine's two largest functions within the first few statements, while the first database
 * is opened: 40 ms of processor time on Node 24, of which a short program, that ends before they are done, has nothing. Node 20 and
 * 22 also wait at exit for what is still being optimized, a fifth of a second. With this budget V8 begins after about a
 * hundred transactions, and programs of thousands take no longer.
 */
const patientBudget = 400_000_000

/** V8's major version → its default budget, which cannot be read and must be restored. */
const defaultBudgets: Readonly<Record<string, number>> = {
  11: 1_800_000,
  12: 13_000_000,
  13: 13_000_000,
  14: 13_000_000,
}

/**
 * Compiles the engine; with patience where V8 has a budget and the user has not chosen one. Each function is then also validated
 * when it is called for the first time, and most never are by a short program.
 */
export function compileEngine(bytes: BufferSource): WebAssembly.Module {
  const budget = ownBudget()
  if (budget === undefined) return new WebAssembly.Module(bytes)
  // V8 records both in a module as it compiles it: set during that call alone, they apply to this module only.
  setFlags(`--wasm-tiering-budget=${patientBudget}`, '--wasm-lazy-validation')
  try {
    return new WebAssembly.Module(bytes)
  } finally {
    setFlags(`--wasm-tiering-budget=${budget}`, '--no-wasm-lazy-validation')
  }
}

/** V8's own budget; undefined where it is not known, or the user has chosen how WebAssembly is optimized. */
export function ownBudget(): number | undefined {
  const { v8: version = '', bun, deno } = process.versions
  if (bun !== undefined || deno !== undefined) return undefined
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ')
  if (/wasm[-_](?:tier|dynamic|lazy)|liftoff|jitless/.test(options)) return undefined
  return defaultBudgets[version.split('.', 1)[0] ?? '']
}

/** Loaded only where it is used. */
function setFlags(...flags: readonly string[]): void {
  for (const flag of flags) process.getBuiltinModule('node:v8').setFlagsFromString(flag)
}
