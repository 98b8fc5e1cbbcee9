import { parseArgs } from 'node:util'
import { type BrowserName, browserNames } from '../../test/browsers.ts'
import { type BrowserVfsName, browserVfsNames } from './implementation.ts'
import { type ScopeName, scopeNames } from './wrappers.ts'

export interface BrowserSettings {
  /** A page runs if its name contains one of these; none: all pages. */
  readonly filters: readonly string[]
  readonly browsers: readonly BrowserName[]
  readonly scopes: readonly ScopeName[]
  readonly vfs: readonly BrowserVfsName[]
  /** `both`: the browser's own first, then ours, held against it. */
  readonly implementation: 'ours' | 'native' | 'both'
  readonly jobs: number
  /** The folder of the built package. */
  readonly dist: string
  readonly verbose: boolean
}

export const usage = `node wpt/browser.mjs [filter …] [options]
  filter             run only pages whose name contains one of these
  --browser          ${browserNames.join(' | ')} (default: all)
  --scope            ${scopeNames.join(' | ')} (default: all)
  --vfs              ${browserVfsNames.join(' | ')} (default: all)
  --implementation   both | ours | native (default: both; ours is held against native)
  --jobs N           pages at a time (default: 3)
  --dist FOLDER      the built package (default: dist)
  --verbose          print message and stack of each subtest that does not pass
  --help             print this
`

/** Null if only help was asked for. @throws TypeError for arguments that make no sense */
export function parseBrowserCommandLine(args: readonly string[]): BrowserSettings | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      browser: { type: 'string' },
      scope: { type: 'string' },
      vfs: { type: 'string' },
      implementation: { type: 'string', default: 'both' },
      jobs: { type: 'string', default: '3' },
      dist: { type: 'string', default: 'dist' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const [implementation] = some('implementation', values.implementation, [
    'both',
    'ours',
    'native',
  ] as const)
  const jobs = Number(values.jobs)
  if (!Number.isInteger(jobs) || jobs < 1) {
    throw new TypeError(`Expected --jobs to be a positive whole number, not "${values.jobs}"`)
  }
  return {
    filters: positionals,
    browsers: some('browser', values.browser, browserNames),
    scopes: some('scope', values.scope, scopeNames),
    vfs: some('vfs', values.vfs, browserVfsNames),
    implementation: implementation ?? 'both',
    jobs,
    dist: values.dist,
    verbose: values.verbose,
  }
}

/** The one that was named, or all if none was. */
function some<Name extends string>(
  option: string,
  value: string | undefined,
  names: readonly Name[],
): readonly Name[] {
  if (value === undefined) return names
  const name = names.find((it) => it === value)
  if (name === undefined)
    throw new TypeError(`Expected --${option} to be one of ${names.join(', ')}, not "${value}"`)
  return [name]
}
