/** Makes calls of `node:fs` fail: those the VFS of Node, Bun and Deno makes. */
import fs from 'node:fs'

/** What goes wrong. */
export interface FailingFs {
  /** The first call struck, counted from 1. */
  readonly nth: number
  /** How many calls in a row are struck. Infinity: until it is restored. */
  readonly times: number
  readonly code: string
  /** Whether the call is made all the same, as it may be on a disk that is reached through a network. */
  readonly isDone: boolean
}

/** How it went so far. */
export interface StruckFs {
  /** The calls struck, in words. */
  readonly struck: readonly string[]
  restore(): void
}

type Call = (...args: unknown[]) => unknown

const synchronous = (
  'openSync closeSync readSync writeSync fstatSync lstatSync statSync readFileSync writeFileSync linkSync ' +
  'renameSync rmSync readdirSync mkdirSync fsyncSync fdatasyncSync ftruncateSync chmodSync accessSync'
).split(' ')
const asynchronous = ['readdir', 'rename', 'rm']

/** Strikes calls that name a file under `root`, or a descriptor. */
export function failFs(root: string, { nth, times, code, isDone }: FailingFs): StruckFs {
  const struck: string[] = []
  const restores: (() => void)[] = []
  let count = 0

  function strikes(name: string, [first]: unknown[]): boolean {
    if (typeof first !== 'number' && !String(first).startsWith(root)) return false
    count++
    if (count < nth || count >= nth + times) return false
    struck.push(`${name}(${first})`)
    return true
  }

  function failure(name: string): Error {
    return Object.assign(new Error(`${code}: injected, ${name}`), { code })
  }

  function replace(
    owner: Record<string, Call>,
    name: string,
    wrap: (original: Call) => Call,
  ): void {
    const original = owner[name]
    if (!original) throw new Error(`There is no ${name}`)
    owner[name] = wrap(original)
    restores.push(() => (owner[name] = original))
  }

  // A descriptor that cannot be closed is gone all the same.
  const isMade = (name: string): boolean => isDone || name === 'closeSync'
  for (const name of synchronous) {
    // The calls of a module are its members.
    replace(fs as unknown as Record<string, Call>, name, (original) => (...args) => {
      if (!strikes(name, args)) return original(...args)
      if (isMade(name)) closeUnheld(name, original(...args))
      throw failure(name)
    })
  }
  for (const name of asynchronous) {
    replace(fs.promises as unknown as Record<string, Call>, name, (original) => async (...args) => {
      if (!strikes(name, args)) return original(...args)
      if (isDone) await original(...args)
      throw failure(name)
    })
  }
  const restore = (): void => {
    for (const undo of restores.splice(0)) undo()
  }
  return { struck, restore }

  /** A call that fails gives no descriptor to anyone. */
  function closeUnheld(name: string, result: unknown): void {
    if (name === 'openSync') fs.closeSync(result as number)
  }
}
