/** `IDB_DEBUG`: a line on the standard error output for all that goes on, as `NODE_DEBUG` makes Node write them. */
import process from 'node:process'
import { memberOf } from '../../base/thrown.ts'
import type { Happening, HappeningKind, Witness } from '../../monitor/monitor.ts'

const kinds: readonly string[] = ['transaction', 'request', 'open', 'delete']

/** `wanted`: kinds, separated by commas; `1` or `*`: all but requests. null: nothing is wanted. What is no kind is said to be none. */
export function debugWitness(wanted: string | undefined): Witness | null {
  const names =
    wanted
      ?.toLowerCase()
      .split(',')
      .map((name) => name.trim()) ?? []
  if (names.every((name) => name === '' || name === '0')) return null
  const unknown = names.filter((name) => !['', '0', '1', '*', ...kinds].includes(name))
  if (unknown.length > 0) {
    const what = `IDB_DEBUG has no ${unknown.map((name) => JSON.stringify(name)).join(', ')}`
    process.stderr.write(`${what}; write 1 or ${kinds.join(', ')}\n`)
  }
  return new DebugWitness(new Set(names))
}

class DebugWitness implements Witness {
  readonly #wanted: ReadonlySet<string>

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted
  }

  isAwake(kind: HappeningKind): boolean {
    if (this.#wanted.has(kind)) return true
    return kind !== 'request' && (this.#wanted.has('1') || this.#wanted.has('*'))
  }

  begun(): void {}

  ended(happening: Happening): void {
    process.stderr.write(`IDB ${process.pid}: ${lineOf(happening)}\n`)
  }
}

/** What has gone on, as a line; exported for tests. */
export function lineOf(happening: Happening): string {
  const { kind, database, duration, error } = happening
  const failure = error === undefined ? '' : `, ${reasonOf(error)}`
  const what = `${kind} ${JSON.stringify(database)}${detailOf(happening)}`
  return `${what} ${endOf(happening)} after ${(duration ?? 0).toFixed(1)} ms${failure}`
}

function detailOf({ kind, stores = [], mode, operation, store, index }: Happening): string {
  if (kind === 'transaction') {
    const scope = stores.map((name) => JSON.stringify(name)).join(' ')
    return ` ${mode}${scope && ` ${scope}`}`
  }
  if (kind !== 'request') return ''
  return ` ${operation} ${[store, index]
    .filter((it) => it !== undefined)
    .map((it) => JSON.stringify(it))
    .join('.')}`
}

function endOf({ kind, error, requests }: Happening): string {
  if (kind !== 'transaction') return error === undefined ? 'done' : 'failed'
  const count = requests === 1 ? '1 request' : `${requests} requests`
  return `${error === undefined ? 'committed' : 'aborted'} with ${count}`
}

function reasonOf(error: unknown): string {
  if (error === null) return 'by abort()'
  return `${String(memberOf(error, 'name'))}: ${String(memberOf(error, 'message')).replaceAll('\n', ' ')}`
}
