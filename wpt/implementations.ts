/** The IndexedDB that a run tests: this package as built, or a peer in a pinned version. */
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PostgresServer } from '../test/kit/postgres-server.ts'
import { installedPackage } from '../test/kit/runtimes.ts'
import type { Implementation } from './scope/options.ts'

export const implementationNames = ['ours', 'fake-indexeddb', 'indexeddbshim'] as const
export type ImplementationName = (typeof implementationNames)[number]

export const vfsNames = ['node', 'memory', 'postgres'] as const
export type VfsName = (typeof vfsNames)[number]

export interface ImplementationChoice {
  readonly name: ImplementationName
  /** Ours only; `postgres`: on a server, and on no file system. */
  readonly vfs: VfsName
  /** fake-indexeddb only: make its errors name DOMException as their constructor. */
  readonly repairErrors: boolean
  readonly projectRoot: string
  /** A directory of this run's own. */
  readonly workDirectory: string
  /** Of `postgres`; else null. */
  readonly server: PostgresServer | null
}

/** How tables name it: our file system, or the peer and its version. */
export function implementationLabel({
  name,
  vfs,
  repairErrors,
}: Pick<ImplementationChoice, 'name' | 'vfs' | 'repairErrors'>): string {
  if (name === 'ours') return `${vfs}-vfs`
  return `${name}@${peerVersions[name]}${repairErrors ? ' with repaired errors' : ''}`
}

const peerVersions = { 'fake-indexeddb': '6.2.8', indexeddbshim: '17.3.4' }

/** Fetches it if need be. @throws Error if this package is not built */
export async function findImplementation(choice: ImplementationChoice): Promise<Implementation> {
  switch (choice.name) {
    case 'ours':
      return ours(choice)
    case 'fake-indexeddb': {
      const root = await installedPackage('fake-indexeddb', peerVersions['fake-indexeddb'], [
        '--ignore-scripts',
      ])
      const file = (path: string) => fileUrl(root, 'node_modules/fake-indexeddb', path)
      const errorsEntry = choice.repairErrors ? file('build/esm/lib/errors.js') : null
      return { name: choice.name, entry: file('auto/index.mjs'), errorsEntry }
    }
    case 'indexeddbshim': {
      const root = await installedPackage('indexeddbshim', peerVersions.indexeddbshim, [
        '--ignore-scripts',
      ])
      const entry = fileUrl(root, 'node_modules/indexeddbshim/src/node-UnicodeIdentifiers.js')
      return { name: choice.name, entry }
    }
  }
}

/** The built files that package.json names for `import`, in a copy: a build under way must not change a run. */
function ours({ vfs, projectRoot, workDirectory, server }: ImplementationChoice): Implementation {
  if (!existsSync(join(projectRoot, 'dist'))) {
    throw new Error('dist/ is missing: run `npm run build` first')
  }
  const copy = join(workDirectory, 'package')
  for (const name of ['package.json', 'dist']) {
    cpSync(join(projectRoot, name), join(copy, name), { recursive: true })
  }
  const text = readFileSync(join(copy, 'package.json'), 'utf8')
  // The build writes this table, and fails if it differs.
  const { exports } = JSON.parse(text) as {
    exports: Record<string, { default?: string; import?: { default: string } }>
  }
  const builtFile = (name: string) => {
    const path = exports[name]?.import?.default ?? exports[name]?.default
    if (!path || !existsSync(join(copy, path))) {
      throw new Error(`dist/ lacks the entry "${name}": run \`npm run build\` first`)
    }
    return fileUrl(copy, path)
  }
  const entry = builtFile('.')
  if (vfs !== 'postgres') return { name: 'ours', entry, vfsEntry: builtFile(`./vfs/${vfs}`) }
  if (!server) throw new Error('unreachable: no server was started')
  const { connectionString } = server
  return { name: 'ours-on-postgres', entry, remoteEntry: builtFile('./postgres'), connectionString }
}

function fileUrl(...path: string[]): string {
  return pathToFileURL(join(...path)).href
}
