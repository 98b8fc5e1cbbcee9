import { parseArgs } from 'node:util'
import { type BrowserName, browserNames } from '../../test/kit/browsers.ts'
import { type ColumnName, columnNames } from './columns.ts'
import { type ScopeName, scopeNames } from './wrappers.ts'

export interface BrowserSettings {
  /** A page runs if its name contains one of these; none: all pages. */
  readonly filters: readonly string[]
  readonly browsers: readonly BrowserName[]
  readonly scopes: readonly ScopeName[]
  readonly columns: readonly ColumnName[]
  readonly jobs: number
  /** The folder of the built package. */
  readonly dist: string
  /** Record the results in the manifest. */
  readonly update: boolean
  /** Run nothing: print what is recorded, page by page, and each difference with its reason. */
  readonly report: boolean
  readonly verbose: boolean
}

export const usage = `npm run wpt:browser -- [filter …] [options]
  filter       run only pages whose name contains one of these
  --browser    ${browserNames.join(', ')} (default: all)
  --scope      ${scopeNames.join(', ')} (default: all)
  --column     ${columnNames.join(', ')} (default: all that the browser has in the scope);
               this package on a VFS is held against the native ones that run with it
  --jobs N     pages at a time (default: 2)
  --dist DIR   the built package (default: dist)
  --update     record the results in wpt/browser-manifest.yaml
  --report     run nothing; print what is recorded, page by page, and each difference with its reason
  --verbose    print message and stack of each subtest that does not pass
  --help       print this
Several names go with commas between them.
`

/** Null if only help was asked for. @throws TypeError for arguments that make no sense */
export function parseBrowserCommandLine(args: readonly string[]): BrowserSettings | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      browser: { type: 'string' },
      scope: { type: 'string' },
      column: { type: 'string' },
      jobs: { type: 'string', default: '2' },
      dist: { type: 'string', default: 'dist' },
      update: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const jobs = Number(values.jobs)
  if (!Number.isInteger(jobs) || jobs < 1) {
    throw new TypeError(`Expected --jobs to be a positive whole number, not "${values.jobs}"`)
  }
  return {
    filters: positionals,
    browsers: some('browser', values.browser, browserNames),
    scopes: some('scope', values.scope, scopeNames),
    columns: some('column', values.column, columnNames),
    jobs,
    dist: values.dist,
    update: values.update,
    report: values.report,
    verbose: values.verbose,
  }
}

/** Those that were named, or all if none was. */
function some<Name extends string>(
  option: string,
  value: string | undefined,
  names: readonly Name[],
): readonly Name[] {
  if (value === undefined) return names
  const wanted = value.split(',')
  const unknown = wanted.filter((it) => !names.some((name) => name === it))
  if (unknown.length === 0) return names.filter((name) => wanted.includes(name))
  throw new TypeError(
    `Expected --${option} to be some of ${names.join(', ')}, not "${unknown.join()}"`,
  )
}
