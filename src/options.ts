/** The options of `createIndexedDB` and `install`, checked and completed. */
import type { IndexedDBOptions } from './indexeddb-options.ts'
import type { Platform } from './platform.ts'
import type { Vfs } from './sqlite/vfs.ts'

/** Options with nothing left open. */
export interface Settings {
  readonly path: string
  readonly vfs: Vfs
  readonly durability: 'relaxed' | 'strict'
  /** How long to wait for another owner; 0: not at all. */
  readonly waitMs: number
}

/** Option → what its value must be, and in which words an error says so. */
const checks: Readonly<Record<string, readonly [(value: unknown) => boolean, string]>> = {
  path: [(value) => typeof value === 'string' && value !== '', 'a non-empty string'],
  vfs: [isVfs, 'a VFS module such as memory() or nodeFs()'],
  durability: [(value) => value === 'relaxed' || value === 'strict', '"relaxed" or "strict"'],
  onLocked: [(value) => value === 'throw' || value === 'wait', '"throw" or "wait"'],
  waitMs: [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds'],
}

/** @throws TypeError for an unknown option or a malformed value, naming it. */
export function completeOptions(options: IndexedDBOptions, platform: Platform): Settings {
  checkOptions(options)
  const { onLocked = 'throw', waitMs = Infinity, durability = 'relaxed' } = options
  return {
    path: options.path ?? defaultPath(platform),
    vfs: options.vfs ?? platform.defaultVfs(),
    durability,
    waitMs: onLocked === 'wait' ? waitMs : 0,
  }
}

function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('Expected the options to be an object')
  }
  for (const [name, value] of Object.entries(options)) {
    const check = checks[name]
    if (!check) {
      throw new TypeError(`Unknown option "${name}"; there are ${Object.keys(checks).join(', ')}`)
    }
    const [isValid, expected] = check
    if (value !== undefined && !isValid(value)) {
      throw new TypeError(`Expected option "${name}" to be ${expected}, got ${describe(value)}`)
    }
  }
}

function isVfs(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return 'directory' in value && typeof value.directory === 'function'
}

/** A value as an error shows it. */
function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

function defaultPath(platform: Platform): string {
  const { environment } = platform
  return environment('IDB_PATH') || environment('SPACEKIT_IDB_PATH') || '.indexeddb'
}
