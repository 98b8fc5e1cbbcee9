/** pgbouncer before a server for tests: that of the system, where there is one. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One that runs. */
export interface Pgbouncer {
  /** Leads to the server by way of it. */
  readonly connectionString: string
  stop(): Promise<void>
}

/** How it gives connections of the server out. */
export type PoolMode = 'session' | 'transaction'

const port = 6432

/** Debian's is where commands of administrators are. */
const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => existsSync(path))

/** Why there can be none here, in words; null: there can. */
export const whyNoPgbouncer = (): string | null =>
  program === undefined ? 'pgbouncer is not installed (Debian: apt-get install pgbouncer)' : null

/** How it is set up. */
interface PgbouncerOptions {
  readonly mode: PoolMode
  /** How many connections to the server it has at most. */
  readonly size?: number
  /** Of the server's superuser; left out: it asks for none. */
  readonly password?: string
  readonly authType?: 'scram-sha-256' | 'md5' | 'plain'
}

/** As docs/postgres-servers.md has it, on Unix sockets. */
const configuration = (
  root: string,
  server: string,
  { mode, size = 20, password, authType = 'scram-sha-256' }: PgbouncerOptions,
): string => `
[databases]
* = host=${server} port=5432

[pgbouncer]
pool_mode = ${mode}
max_client_conn = 500
default_pool_size = ${size}
server_login_retry = 1
unix_socket_dir = ${root}
listen_port = ${port}
auth_type = ${password === undefined ? 'trust' : authType}
auth_file = ${root}/users
`

/** Starts one before the server of that connection string, for its superuser. @throws Error where it is not installed */
export async function startPgbouncer(
  connectionString: string,
  options: PgbouncerOptions,
): Promise<Pgbouncer> {
  const server = new URLSearchParams(connectionString.split('?')[1]).get('host')
  if (!server || program === undefined) throw new Error(whyNoPgbouncer() ?? 'no Unix socket')
  const root = await mkdtemp(join(tmpdir(), 'idb-pgb-'))
  const ini = join(root, 'pgbouncer.ini')
  await writeFile(ini, configuration(root, server, options))
  await writeFile(join(root, 'users'), `"postgres" "${options.password ?? ''}"\n`)
  // It refuses to run as root, too.
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined
  if (user) await chown(root, user.uid, user.gid)
  const child = spawn(program, [ini], { ...user, stdio: ['ignore', 'ignore', 'pipe'] })
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  await readiness(child)
  return {
    connectionString: `${connectionString.replace(server, root)}&port=${port}`,
    async stop() {
      process.off('exit', end)
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** Resolves when it takes connections; its log is read on, so that it never waits for a reader. */
function readiness(child: ChildProcessByStdio<null, null, Readable>): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    child.stderr.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-8_000)
      if (log.includes('process up')) resolve()
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`pgbouncer ended with code ${code}:\n${log}`)))
  })
}
