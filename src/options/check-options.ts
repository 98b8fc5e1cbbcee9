/** What each option of `createIndexedDB` must be. */
import { isA, memberOf } from '../base/thrown.ts'
import { optionError } from '../errors.ts'
import type { ScriptUrl } from './indexeddb-options.ts'
import { describeValue } from '../base/describe-value.ts'
import { unknownOption } from '../explain/unknown-option.ts'
import { formerNames } from './former-names.ts'
import { isTrustedScriptUrl } from './trusted-worker.ts'

/** What a port must be. */
export const portExpected = 'a MessagePort, which has postMessage() and addEventListener()'

type Check = readonly [isValid: (value: unknown) => boolean, expected: string]

/** Option → what its value must be, and how an error says so. */
const checks: Readonly<Record<string, Check>> = {
  path: [(value) => typeof value === 'string' && value !== '', 'a non-empty string'],
  vfs: [isVfs, 'a VFS module such as memory() or nodeFs()'],
  durability: oneOf('relaxed', 'strict'),
  ifLocked: oneOf('throw', 'wait', 'share'),
  waitMs: [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds'],
  ifCorrupt: oneOf('throw', 'salvage'),
  quotaBytes: [isByteCount, 'a whole number of bytes, not negative'],
  cache: [isCacheSize, 'a whole number of bytes, at least 1048576 (1 MiB)'],
  integrityCheck: oneOf('unclean', 'always'),
  explain: [isExplain, 'true, false, or an object such as { slowTransactionMs: 10_000 }'],
  onWarning: [(value) => typeof value === 'function', 'a function'],
  worker: [isWorkerChoice, 'true, false, the URL of a worker script, or a worker'],
  wasm: [isWasm, 'the WebAssembly.Module of wa-sqlite.wasm, or a promise of it'],
  port: [isPort, portExpected],
  host: [(value) => hasMethod(value, 'sourceFor'), 'what postgres() gives'],
}

/** @throws TypeError for an unknown option or a malformed value, naming it. */
export function checkOptions(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    const check = checkOf(name)
    if (!check) throw unknownOption(name, Object.keys(checks))
    const [isValid, expected] = check
    if (value === undefined || isValid(value)) continue
    const got = name === 'host' && typeof value === 'string' ? 'a string' : describeValue(value)
    throw optionError(name, `Expected option "${name}" to be ${expected}, got ${got}`)
  }
}

function checkOf(name: string): Check | undefined {
  const present = Object.hasOwn(formerNames, name)
    ? formerNames[name as keyof typeof formerNames]
    : name
  return Object.hasOwn(checks, present) ? checks[present] : undefined
}

function oneOf(...words: readonly [string, string, ...string[]]): Check {
  const named = words.map(describeValue)
  const expected = `${named.slice(0, -1).join(', ')} or ${named.at(-1)}`
  return [(value) => words.some((word) => word === value), expected]
}

/** Whether a worker is chosen by the address of its script. */
export function isUrl(value: unknown): value is ScriptUrl {
  return isA(value, URL) || isTrustedScriptUrl(value)
}

/** Whether a value has the members that ports have on every platform. */
export function isPort(value: unknown): boolean {
  return hasMethod(value, 'postMessage') && hasMethod(value, 'addEventListener')
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
  return hasMethod(value, 'directory')
}

/** Whether it is an object with that method; never throws. */
export function hasMethod(value: unknown, name: string): boolean {
  return typeof value === 'object' && typeof memberOf(value, name) === 'function'
}

function isExplain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'boolean'
  const ms = memberOf(value, 'slowTransactionMs')
  const isKnown = Object.keys(value).every((name) => name === 'slowTransactionMs')
  return isKnown && (ms === undefined || (typeof ms === 'number' && ms > 0))
}

function isByteCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isCacheSize(value: unknown): boolean {
  return isByteCount(value) && Number(value) >= 1_048_576
}

function isWorkerChoice(value: unknown): boolean {
  if (typeof value === 'string') return value !== ''
  return typeof value === 'boolean' || isUrl(value) || hasMethod(value, 'postMessage')
}

function isWasm(value: unknown): boolean {
  return isModule(value) || hasMethod(value, 'then')
}
