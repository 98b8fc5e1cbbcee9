import { parseArgs } from 'node:util'
import { runtimeNames } from '../test/kit/runtimes.ts'
import {
  type ImplementationName,
  type VfsName,
  implementationNames,
  vfsNames,
} from './implementations.ts'

export interface Settings {
  /** A page runs if its name contains this. */
  readonly filter: string
  readonly vfs: VfsName
  readonly runtime: string
  readonly implementation: ImplementationName
  readonly repairErrors: boolean
  /** How many pages run at a time. */
  readonly jobs: number
  /** How often each page runs. */
  readonly repeat: number
  /** Record the results in the manifest. */
  readonly update: boolean
  /** Say why each subtest failed, and what the process wrote. */
  readonly verbose: boolean
}

export const usage = `npm run wpt -- [filter] [options]
  filter             run only pages whose name contains it
  --vfs              ${vfsNames.join(' | ')} (default: node)
  --runtime          ${runtimeNames.join(' | ')} (default: node, the running one)
  --implementation   ${implementationNames.join(' | ')} (default: ours)
  --repair-errors    with fake-indexeddb: let its errors name DOMException as their constructor
  --jobs N           pages at a time (default: 2)
  --repeat N         run everything N times
  --update           record the results in wpt/manifest.yaml
  --verbose          print message and stack of each subtest that does not pass
  --help             print this
WPT_DIR              environment: an existing checkout of web-platform-tests
`

/** Null if only help was asked for. @throws TypeError for arguments that make no sense */
export function parseCommandLine(args: readonly string[]): Settings | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      vfs: { type: 'string', default: 'node' },
      runtime: { type: 'string', default: 'node' },
      implementation: { type: 'string', default: 'ours' },
      'repair-errors': { type: 'boolean', default: false },
      jobs: { type: 'string', default: '2' },
      repeat: { type: 'string', default: '1' },
      update: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  if (positionals.length > 1)
    throw new TypeError(`Expected one filter, not ${positionals.join(' ')}`)
  const implementation = oneOf('implementation', values.implementation, implementationNames)
  if (values.update && implementation !== 'ours') {
    throw new TypeError('--update records this package only: leave out --implementation')
  }
  return {
    filter: positionals[0] ?? '',
    vfs: oneOf('vfs', values.vfs, vfsNames),
    runtime: oneOf('runtime', values.runtime, runtimeNames),
    implementation,
    repairErrors: values['repair-errors'],
    jobs: positive('jobs', values.jobs),
    repeat: positive('repeat', values.repeat),
    update: values.update,
    verbose: values.verbose,
  }
}

function oneOf<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const name = names.find((it) => it === value)
  if (name === undefined)
    throw new TypeError(`Expected --${option} to be one of ${names.join(', ')}, not "${value}"`)
  return name
}

function positive(option: string, value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) {
    throw new TypeError(`Expected --${option} to be a positive whole number, not "${value}"`)
  }
  return number
}
