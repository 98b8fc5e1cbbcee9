/** Compiles the engine in Node so that a short program pays neither for its validation nor for its optimization. */
import { createHash } from 'node:crypto'
import process from 'node:process'

/**
 * SHA-256 of `wa-sqlite.wasm`, which is known to be valid. V8 may then check each function when it is first called, and most never are:
 * a tenth of the time until the first record is on disk. With other bytes it has to look at all of them first: it ends the process
 * when it meets an invalid function later.
 */
const knownHash = 'wshiadj9CwkT6kDCsH2Cdj8A4pO55NfEBvXtlTRd2yU='

/**
 * How much of a function V8 runs before it optimizes it, roughly in bytes of code.
 *
 * Engine: at exit, Node 20 and 22 wait for what V8 is still optimizing, and V8 begins with the engine's largest functions
 * within the first few statements: a fifth of a second of processor time, more on a busy machine. With this budget it begins
 * after about a hundred transactions. Newer versions do not wait; there, optimizing early serves longer programs.
 */
const patientBudget = 400_000_000

/** What is known of V8's options in a major version. */
interface KnownV8 {
  /** Its default budget, which cannot be read and must be restored; null: Node does not wait. */
  readonly budget: number | null
}

/** By the major version: an option that V8 does not know would be reported on the console. */
const knownVersions: Readonly<Record<string, KnownV8>> = {
  11: { budget: 1_800_000 },
  12: { budget: 13_000_000 },
  13: { budget: null },
  14: { budget: null },
}

/** Compiles the engine, lazily where that is safe; with patience where Node waits. What the user has chosen of V8's options stands. */
export function compileEngine(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  const flags = flagsFor(bytes)
  // V8 records the budget in a module as it compiles it: set during that call alone, it applies to this module only.
  for (const [during] of flags) setFlag(during)
  try {
    return new WebAssembly.Module(bytes)
  } finally {
    for (const [, after] of flags) setFlag(after)
  }
}

/** Options that are set while those bytes are compiled, and how they are put back. */
function flagsFor(bytes: Uint8Array): (readonly [during: string, after: string])[] {
  const known = knownV8()
  if (known === null) return []
  const isValid = createHash('sha256').update(bytes).digest('base64') === knownHash
  const budget = ownBudget()
  return [
    ...(isValid ? [['--wasm-lazy-validation', '--no-wasm-lazy-validation'] as const] : []),
    ...(budget === undefined ? [] : [[budgetFlag(patientBudget), budgetFlag(budget)] as const]),
  ]
}

/** V8's own budget; undefined where Node does not wait, or the user has chosen how WebAssembly is optimized. */
export function ownBudget(): number | undefined {
  return knownV8()?.budget ?? undefined
}

/** null in other engines, or where the user has chosen how WebAssembly is compiled. */
function knownV8(): KnownV8 | null {
  const { v8: version = '', bun, deno } = process.versions
  if (bun !== undefined || deno !== undefined) return null
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ')
  if (/wasm[-_](?:tier|dynamic|lazy)|liftoff|jitless/.test(options)) return null
  return knownVersions[version.split('.', 1)[0] ?? ''] ?? null
}

const budgetFlag = (bytes: number): string => `--wasm-tiering-budget=${bytes}`

/** Loaded only where it is used. */
function setFlag(flag: string): void {
  process.getBuiltinModule('node:v8').setFlagsFromString(flag)
}
