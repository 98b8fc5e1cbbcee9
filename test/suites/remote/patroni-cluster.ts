/**
 * Three PostgreSQL servers of Debian's on this machine, of which Patroni and etcd keep one the primary, in a temporary directory. As root
 * it installs what is missing, and runs all as the user `postgres`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chown, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const packages = ['postgresql-15', 'patroni', 'etcd-server', 'etcd-client']
const programs = ['/usr/lib/postgresql/15/bin/postgres', '/usr/bin/patroni', '/usr/bin/etcd']
const isRoot = process.getuid?.() === 0

/** Why there can be no cluster here, in words; null: there can, once `installPackages()` was called. */
export function whyNoCluster(): string | null {
  if (programs.every((path) => existsSync(path))) return null
  if (isRoot && existsSync('/usr/bin/apt-get')) return null
  return `it needs Debian's ${packages.join(', ')}, or root to install them`
}

/** Installs what is missing. No service is started, where the system lets that be said. */
export async function installPackages(): Promise<void> {
  if (programs.every((path) => existsSync(path))) return
  const policy = '/usr/sbin/policy-rc.d'
  const isOurs = !existsSync(policy)
  if (isOurs) await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await run('apt-get', ['update', '-q'], { env })
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env })
  } finally {
    if (isOurs) await rm(policy)
  }
}

/** A server with its Patroni, as that tells of it. */
export interface Member {
  readonly name: string
  readonly role: string
  readonly state: string
  readonly lag?: number | string
}

interface Node {
  readonly name: string
  readonly port: number
  readonly apiPort: number
  readonly directory: string
  readonly config: string
}

/** Starts it. Resolves once it has a primary, and a standby that the primary waits for. */
export async function startCluster(): Promise<PatroniCluster> {
  const root = await mkdtemp(join(tmpdir(), 'idb-ha-'))
  const user = await userOf()
  if (user) await chown(root, user.uid, user.gid)
  const ports = await freePorts(8)
  const nodes = [1, 2, 3].map((number) => ({
    name: `node${number}`,
    port: ports[number] as number, // There are eight.
    apiPort: ports[number + 3] as number,
    directory: join(root, `data${number}`),
    config: join(root, `node${number}.json`),
  }))
  const [etcdPort, peerPort] = [ports[0], ports[7]]
  for (const node of nodes) {
    await writeFile(node.config, JSON.stringify(configOf(root, node, Number(etcdPort)), null, 1))
  }
  const cluster = new PatroniCluster(root, nodes, user)
  await cluster.start(Number(etcdPort), Number(peerPort))
  return cluster
}

type User = { readonly uid: number; readonly gid: number } | undefined

async function userOf(): Promise<User> {
  if (!isRoot) return undefined
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
  )
  return { uid: Number(uid), gid: Number(gid) }
}

function configOf(root: string, node: Node, etcdPort: number): object {
  const trusted = [
    'local all all trust',
    'host all all 127.0.0.1/32 trust',
    'host replication all 127.0.0.1/32 trust',
  ]
  const address = `127.0.0.1:${node.port}`
  const api = `127.0.0.1:${node.apiPort}`
  return {
    scope: 'idb',
    name: node.name,
    restapi: { listen: api, connect_address: api },
    etcd3: { hosts: `127.0.0.1:${etcdPort}` },
    bootstrap: {
      dcs: {
        // Patroni takes no shorter one.
        ttl: 20,
        loop_wait: 2,
        retry_timeout: 3,
        maximum_lag_on_failover: 0,
        synchronous_mode: true,
        synchronous_mode_strict: true,
        postgresql: {
          use_pg_rewind: true,
          remove_data_directory_on_rewind_failure: true,
          remove_data_directory_on_diverged_timelines: true,
          parameters: { max_connections: 100, shared_buffers: '64MB', wal_keep_size: '256MB' },
        },
      },
      initdb: [{ 'auth-host': 'trust' }, { 'auth-local': 'trust' }, 'data-checksums'],
      pg_hba: trusted,
    },
    postgresql: {
      listen: address,
      connect_address: address,
      data_dir: node.directory,
      bin_dir: '/usr/lib/postgresql/15/bin',
      pgpass: join(root, `${node.name}.pgpass`),
      pg_hba: trusted,
      authentication: {
        superuser: { username: 'postgres' },
        replication: { username: 'postgres' },
      },
      parameters: { unix_socket_directories: root },
    },
  }
}

export class PatroniCluster {
  readonly #root: string
  readonly #nodes: readonly Node[]
  readonly #user: User
  /** How often a Patroni had to be started anew. */
  wakings = 0
  #etcd: ChildProcess | null = null
  readonly #patronis = new Map<string, ChildProcess>()

  constructor(root: string, nodes: readonly Node[], user: User) {
    this.#root = root
    this.#nodes = nodes
    this.#user = user
    process.once('exit', this.#killAll)
  }

  /** All three, as a client has them. */
  get connectionString(): string {
    const hosts = this.#nodes.map(({ port }) => `127.0.0.1:${port}`)
    return `postgres://postgres@${hosts.join(',')}/postgres`
  }

  async start(etcdPort: number, peerPort: number): Promise<void> {
    const [client, peer] = [etcdPort, peerPort].map((port) => `http://127.0.0.1:${port}`)
    const places = {
      name: 'e',
      'data-dir': join(this.#root, 'etcd'),
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `e=${peer}`,
    }
    const parameters = Object.entries(places).map(([name, value]) => `--${name}=${value}`)
    this.#etcd = await this.#spawn('etcd', parameters)
    for (const { name } of this.#nodes) await this.startNode(name)
    await this.whole()
  }

  async startNode(name: string): Promise<void> {
    this.#patronis.set(name, await this.#spawn('patroni', [this.#node(name).config]))
  }

  /** As a Patroni that answers says it. */
  async members(): Promise<readonly Member[]> {
    for (const { apiPort } of this.#nodes) {
      try {
        const signal = AbortSignal.timeout(2_000)
        const response = await fetch(`http://127.0.0.1:${apiPort}/cluster`, { signal })
        const { members } = (await response.json()) as { members: Member[] } // As documented.
        return members
      } catch {
        // It is stopped, or starts.
      }
    }
    return []
  }

  /** Resolves with the primary once it and both standbys run, and it waits for one of them. @throws Error after three minutes */
  async whole(): Promise<{ readonly leader: string; readonly standby: string }> {
    let members: readonly Member[] = []
    for (let i = 0; i < 360; i++) {
      members = await this.members()
      const named = (role: string): string | undefined =>
        members.find((it) => it.role === role)?.name
      const [leader, standby] = [named('leader'), named('sync_standby')]
      const isWhole = members.length === 3 && members.every(({ state }) => runs.includes(state))
      if (leader && standby && isWhole) return { leader, standby }
      if (leader && !standby && isWhole && i % 60 === 59) await this.#wakePatroni(leader)
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    throw new Error(`the cluster does not become whole: ${JSON.stringify(members)}`)
  }

  /** Patroni 3.0.2 may leave all standbys asynchronous after a fail-over, and goes on once it is started anew, beside its server. */
  async #wakePatroni(name: string): Promise<void> {
    this.wakings++
    this.#patronis.get(name)?.kill('SIGKILL')
    await this.startNode(name)
  }

  /** Has another server become the primary, in good order. */
  async switchOver(leader: string, candidate: string): Promise<void> {
    const { apiPort } = this.#node(leader)
    const response = await fetch(`http://127.0.0.1:${apiPort}/switchover`, {
      method: 'POST',
      body: JSON.stringify({ leader, candidate }),
    })
    if (!response.ok) throw new Error(`no switch-over: ${await response.text()}`)
  }

  /** Sends a signal to all processes of a node: it ends or stands still, as a machine would. */
  signal(name: string, signal: NodeJS.Signals): void {
    const postmaster = postmasterOf(this.#node(name).directory)
    const patroni = this.#patronis.get(name)?.pid
    const own = [patroni, postmaster].filter((pid) => pid !== undefined)
    for (const pid of [...own, ...(postmaster === undefined ? [] : childrenOf(postmaster))]) {
      send(pid, signal)
    }
  }

  /** The last lines of what a node's Patroni has written. */
  logOf(name: string): string {
    return readFileSync(join(this.#root, `${name}.log`), 'utf8').slice(-4_000)
  }

  /** `keepsFiles`: logs and data stay, and their place is printed. */
  async stop({ keepsFiles }: { readonly keepsFiles: boolean }): Promise<void> {
    process.off('exit', this.#killAll)
    this.#killAll()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    if (keepsFiles) console.error(`logs and data: ${this.#root}`)
    else await rm(this.#root, { recursive: true, force: true })
  }

  #node(name: string): Node {
    const node = this.#nodes.find((it) => it.name === name)
    if (!node) throw new Error(`there is no node "${name}"`)
    return node
  }

  async #spawn(program: string, parameters: readonly string[]): Promise<ChildProcess> {
    const name = program === 'etcd' ? 'etcd' : `node${parameters[0]?.match(/node(\d)/)?.[1]}`
    await mkdir(this.#root, { recursive: true })
    const log = await open(join(this.#root, `${name}.log`), 'a')
    const child = spawn(`/usr/bin/${program}`, [...parameters], {
      ...this.#user,
      cwd: this.#root,
      stdio: ['ignore', log.fd, log.fd],
      env: { PATH: '/usr/bin:/bin', HOME: this.#root, LANG: 'C.UTF-8' },
    })
    child.on('error', () => {})
    await log.close()
    return child
  }

  readonly #killAll = (): void => {
    for (const { name } of this.#nodes) this.signal(name, 'SIGKILL')
    this.#etcd?.kill('SIGKILL')
  }
}

/** What Patroni calls a server that serves, by whether it is the primary. */
const runs = ['running', 'streaming']

function postmasterOf(directory: string): number | undefined {
  try {
    return Number(readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')[0])
  } catch {
    return undefined
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8')
      return Number(/^PPid:\t(\d+)/m.exec(status)?.[1]) === parent ? [Number(name)] : []
    } catch {
      return []
    }
  })
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended.
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => Number((server.address() as { port: number }).port))
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
