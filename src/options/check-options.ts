/** What each option of `createIndexedDB` must be. */
import { optionError } from '../errors.ts'
import type { ScriptUrl } from './indexeddb-options.ts'
import { describeValue } from './describe-value.ts'
import { formerNames } from './former-names.ts'
import { isTrustedScriptUrl } from './trusted-worker.ts'

type Check = readonly [isValid: (value: unknown) => boolean, expected: string]

/** Option → what its value must be, and how an error says so. */
const checks: Readonly<Record<string, Check>> = {
  path: [(value) => typeof value === 'string' && value !== '', 'a non-empty string'],
  vfs: [isVfs, 'a VFS module such as memory() or nodeFs()'],
  durability: oneOf('relaxed', 'strict'),
  ifLocked: oneOf('throw', 'wait'),
  waitMs: [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds'],
  ifCorrupt: oneOf('throw', 'salvage'),
  quotaBytes: [isByteCount, 'a whole number of bytes, not negative'],
  integrityCheck: oneOf('unclean', 'always'),
  onWarning: [(value) => typeof value === 'function', 'a function'],
  worker: [isWorkerChoice, 'true, false, the URL of a worker script, or a worker'],
  wasm: [isWasm, 'the WebAssembly.Module of wa-sqlite.wasm, or a promise of it'],
  port: [isPort, 'a MessagePort'],
}

/** @throws TypeError for an unknown option or a malformed value, naming it. */
export function checkOptions(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    const check = checkOf(name)
    if (!check) {
      const known = Object.keys(checks).join(', ')
      throw optionError(name, `Unknown option "${name}"; the options are ${known}`)
    }
    const [isValid, expected] = check
    if (value === undefined || isValid(value)) continue
    const got = describeValue(value)
    throw optionError(name, `Expected option "${name}" to be ${expected}, got ${got}`)
  }
}

function checkOf(name: string): Check | undefined {
  const present = Object.hasOwn(formerNames, name)
    ? formerNames[name as keyof typeof formerNames]
    : name
  return Object.hasOwn(checks, present) ? checks[present] : undefined
}

function oneOf(...words: readonly [string, string]): Check {
  return [(value) => words.some((word) => word === value), words.map(describeValue).join(' or ')]
}

/** Whether a worker is chosen by the address of its script. */
export function isUrl(value: unknown): value is ScriptUrl {
  return value instanceof URL || isTrustedScriptUrl(value)
}

/** Whether a value has the member that ports have on every platform. */
export function isPort(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return 'postMessage' in value && typeof value.postMessage === 'function'
}

/** Looks at its slots: it may be of another realm. */
export function isModule(value: unknown): value is WebAssembly.Module {
  try {
    WebAssembly.Module.exports(value as WebAssembly.Module)
    return true
  } catch {
    // A TypeError: it is not a module.
    return false
  }
}

function isVfs(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return 'directory' in value && typeof value.directory === 'function'
}

function isByteCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isWorkerChoice(value: unknown): boolean {
  if (typeof value === 'string') return value !== ''
  return typeof value === 'boolean' || isUrl(value) || isPort(value)
}

function isWasm(value: unknown): boolean {
  return isModule(value) || (typeof value === 'object' && value !== null && 'then' in value)
}
