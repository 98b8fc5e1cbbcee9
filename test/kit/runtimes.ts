/**
 * The runtimes that the suites run in. One that is not installed is an npm package, fetched on demand into the cache.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Name on the command line → npm package, exact version, and the arguments before a script's path. */
const packagedRuntimes: Readonly<
  Record<string, { package: string; version: string; args: string[] }>
> = {
  'node@20': { package: 'node', version: '20.20.2', args: [] },
  'node@22.13': { package: 'node', version: '22.13.1', args: [] },
  'node@22': { package: 'node', version: '22.23.3', args: [] },
  'node@24': { package: 'node', version: '24.9.0', args: [] },
  'node@26': { package: 'node', version: '26.9.0', args: [] },
  bun: { package: 'bun', version: '1.4.5', args: [] },
  deno: { package: 'deno', version: '2.9.6', args: ['run', '--allow-all', '--quiet'] },
}

/** Every name `runtimeCommand` takes. */
export const runtimeNames: readonly string[] = ['node', ...Object.keys(packagedRuntimes)]

/** Where the suites keep what they fetched: outside the tree, shared by all checkouts. */
export function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'idb-everywhere')
}

/**
 * The command that runs a JavaScript file in a runtime, its path to be appended. `node` is the running one.
 * @throws TypeError for a name not in `runtimeNames`
 */
export async function runtimeCommand(name: string): Promise<string[]> {
  if (name === 'node') return [process.execPath]
  const runtime = packagedRuntimes[name]
  if (!runtime) {
    throw new TypeError(`Unknown runtime "${name}": expected one of ${runtimeNames.join(', ')}`)
  }
  const directory = await installedPackage(runtime.package, runtime.version)
  return [join(directory, 'node_modules', '.bin', runtime.package), ...runtime.args]
}

/** The runtime as tables name it: kind and, for Node, the major version (`node20`, `bun`, `deno`). */
export function runtimeLabel(name: string): string {
  if (name === 'node') return `node${process.versions.node.split('.')[0]}`
  return name.replace('@', '')
}

/** Under way or done: two that want the same in one process must not install it into each other's folder. */
const installations = new Map<string, Promise<string>>()

/**
 * The directory whose `node_modules` holds exactly this version of an npm package, installed if it is not yet there.
 * `npmArguments` are further arguments of `npm install`.
 */
export function installedPackage(
  name: string,
  version: string,
  npmArguments: readonly string[] = [],
): Promise<string> {
  const key = `${name}@${version}`
  const installation = installations.get(key) ?? install(name, version, npmArguments)
  installations.set(key, installation)
  return installation
}

async function install(
  name: string,
  version: string,
  npmArguments: readonly string[],
): Promise<string> {
  const directory = join(cacheDirectory(), 'npm', `${name.replace('/', '+')}@${version}`)
  if (existsSync(directory)) return directory
  const partial = `${directory}.${process.pid}`
  await mkdir(partial, { recursive: true })
  await writeFile(join(partial, 'package.json'), '{ "private": true }\n')
  try {
    const command = ['install', '--no-audit', '--no-fund', ...npmArguments, `${name}@${version}`]
    await run('npm', command, { cwd: partial })
    await rename(partial, directory)
  } catch (cause) {
    await rm(partial, { recursive: true, force: true })
    if (existsSync(directory)) return directory // another run was faster
    throw new Error(`npm cannot install ${name}@${version}: check the registry and the network`, {
      cause,
    })
  }
  return directory
}
