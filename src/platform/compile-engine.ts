/** Compiles and begins the engine in Node so that a short program does not pay for its optimization. */
import process from 'node:process'

/** V8's major version → its default budget, which cannot be read and must be restored. */
const defaultBudgets: Readonly<Record<string, number>> = {
  11: 1_800_000,
  12: 13_000_000,
  13: 13_000_000,
  14: 13_000_000,
}

/**
 * By how much the budget is made smaller while the engine runs its first statement.
 *
 * Engine: V8 optimizes a function that has used up its budget, roughly in bytes of code. A turn of a loop uses as many as lie
 * between its ends, but never more than a quarter of what the budget is when the function is first compiled, in its first call.
 * The loops of SQLite's parser and of its machine go around a switch of a hundred thousand bytes, of which a turn runs few: by
 * itself V8 would begin with these two, the engine's largest functions, while the first database is opened, 40 ms of processor
 * time on Node 24, of which a short program, that ends before they are done, has nothing. Node 20 and 22 also wait at exit for
 * what is still being optimized, a fifth of a second. So it begins with the machine after about a hundred transactions.
 */
const budgetDivisor = 1600

/** Compiles the engine. Each function is validated when it is called for the first time, and most never are by a short program. */
export function compileEngine(bytes: BufferSource): WebAssembly.Module {
  if (ownBudget() === undefined) return new WebAssembly.Module(bytes)
  // V8 records it in a module as it compiles it: set during that call alone, it applies to this module only.
  return withFlag('--wasm-lazy-validation', '--no-wasm-lazy-validation', () => {
    return new WebAssembly.Module(bytes)
  })
}

/** Has the functions of the engine's first statement compiled so that V8 is patient with them, unless the user has chosen a budget. */
export function beginEngine(work: () => void): void {
  const budget = ownBudget()
  if (budget === undefined) return work()
  const small = Math.floor(budget / budgetDivisor)
  withFlag(`--wasm-tiering-budget=${small}`, `--wasm-tiering-budget=${budget}`, work)
}

/** V8's own budget; undefined where it is not known, or the user has chosen how WebAssembly is optimized. */
export function ownBudget(): number | undefined {
  const { v8: version = '', bun, deno } = process.versions
  if (bun !== undefined || deno !== undefined) return undefined
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ')
  if (/wasm[-_](?:tier|dynamic|lazy)|liftoff|jitless/.test(options)) return undefined
  return defaultBudgets[version.split('.', 1)[0] ?? '']
}

/** Runs `work` with a flag set, and then puts it back. */
function withFlag<Result>(flag: string, usual: string, work: () => Result): Result {
  // Loaded only where it is used.
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  setFlagsFromString(flag)
  try {
    return work()
  } finally {
    setFlagsFromString(usual)
  }
}
