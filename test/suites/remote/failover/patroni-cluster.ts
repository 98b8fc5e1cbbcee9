/**
 * Three PostgreSQL servers of Debian's on this machine, of which Patroni and etcd keep one the primary, in a temporary directory. As root
 * it installs what is missing, and runs all as the user `postgres`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { chown, mkdir, mkdtemp, open, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freezeIn, killIn } from './processes-in.ts'

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
  const remove = (): void => rmSync(policy, { force: true })
  if (isOurs) {
    process.once('exit', remove)
    await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await run('apt-get', ['update', '-q'], { env })
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env })
  } finally {
    if (isOurs) remove()
    process.off('exit', remove)
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
  /** Where all of its processes run. */
  readonly home: string
  readonly config: string
}

/** Starts it. Resolves once it has a primary, and a standby that the primary waits for. */
export async function startCluster(): Promise<PatroniCluster> {
  const root = await mkdtemp(join(tmpdir(), 'idb-ha-'))
  const user = await userOf()
  const ports = await freePorts(8)
  const nodes = [1, 2, 3].map((number) => ({
    name: `node${number}`,
    port: ports[number] as number, // There are eight.
    apiPort: ports[number + 3] as number,
    home: join(root, `node${number}`),
    config: join(root, `node${number}.json`),
  }))
  const [etcdPort, peerPort] = [ports[0], ports[7]]
  for (const node of nodes) {
    await mkdir(node.home)
    await writeFile(node.config, JSON.stringify(configOf(node, Number(etcdPort)), null, 1))
  }
  await mkdir(join(root, 'etcd'))
  const places = [root, join(root, 'etcd'), ...nodes.map(({ home }) => home)]
  if (user) await Promise.all(places.map((path) => chown(path, user.uid, user.gid)))
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

/** With these, a server that takes over has all that was acknowledged. */
const fencing = {
  // Patroni takes no shorter one.
  ttl: 20,
  loop_wait: 2,
  // As long as these two allow: a primary that is slow to reach etcd is not to step down.
  retry_timeout: 8,
  // A primary acknowledges only what the standby that `/sync` names has, too, and nothing while there is none...
  synchronous_mode: true,
  synchronous_mode_strict: true,
  // ...and only this one, or the former primary, may take over, however far it is from the last position that etcd was told: that counts
  // what was not acknowledged, too, so that with 0 there may be no server left to take over.
  maximum_lag_on_failover: 1_048_576,
  // No server takes over that has not followed the last fail-over.
  check_timeline: true,
  // A primary that crashes gives its lock away, where the others would wait for it for five minutes.
  primary_start_timeout: 0,
}

function configOf(node: Node, etcdPort: number): object {
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
    // A server that stands still must not reset this machine: `PatroniCluster.kill` does what a watchdog would.
    watchdog: { mode: 'off' },
    bootstrap: {
      dcs: {
        ...fencing,
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
      data_dir: join(node.home, 'data'),
      bin_dir: '/usr/lib/postgresql/15/bin',
      pgpass: join(node.home, 'pgpass'),
      pg_hba: trusted,
      authentication: {
        superuser: { username: 'postgres' },
        replication: { username: 'postgres' },
      },
      parameters: { unix_socket_directories: node.home },
    },
  }
}

export class PatroniCluster {
  readonly #root: string
  readonly #nodes: readonly Node[]
  readonly #user: User
  /** How often a Patroni had to be started anew. */
  wakings = 0
  readonly #patronis = new Map<string, ChildProcess>()

  constructor(root: string, nodes: readonly Node[], user: User) {
    this.#root = root
    this.#nodes = nodes
    this.#user = user
    process.once('exit', this.#end)
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
      'data-dir': join(this.#root, 'etcd/data'),
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `e=${peer}`,
    }
    const parameters = Object.entries(places).map(([name, value]) => `--${name}=${value}`)
    await this.#spawn('etcd', parameters, 'etcd')
    for (const { name } of this.#nodes) await this.startNode(name)
    await this.whole()
  }

  async startNode(name: string): Promise<void> {
    this.#patronis.set(name, await this.#spawn('patroni', [this.#node(name).config], name))
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
    const patroni = this.#patronis.get(name)
    if (patroni?.exitCode === null && patroni.signalCode === null) {
      const ended = new Promise((resolve) => patroni.once('exit', resolve))
      patroni.kill('SIGKILL')
      await ended
    }
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

  /** Ends all processes of a node, those that stand still too. Returns once none is left. */
  kill(name: string): void {
    killIn(this.#node(name).home)
  }

  /** Has all processes of a node stand still, as those of a machine that hangs, until they are killed. */
  freeze(name: string): void {
    freezeIn(this.#node(name).home)
  }

  /** The last lines of what a node's Patroni has written. */
  logOf(name: string): string {
    return readFileSync(join(this.#root, `${name}.log`), 'utf8').slice(-4_000)
  }

  /** Leaves no process. `keepsFiles`: logs and data stay, and their place is printed. */
  stop({ keepsFiles }: { readonly keepsFiles: boolean }): void {
    process.off('exit', this.#end)
    if (keepsFiles) killIn(this.#root)
    else this.#end()
    if (keepsFiles) console.error(`logs and data: ${this.#root}`)
  }

  #node(name: string): Node {
    const node = this.#nodes.find((it) => it.name === name)
    if (!node) throw new Error(`there is no node "${name}"`)
    return node
  }

  /** `place`: the directory where it runs, and the name of its log. */
  async #spawn(
    program: string,
    parameters: readonly string[],
    place: string,
  ): Promise<ChildProcess> {
    const log = await open(join(this.#root, `${place}.log`), 'a')
    const child = spawn(`/usr/bin/${program}`, [...parameters], {
      ...this.#user,
      cwd: join(this.#root, place),
      stdio: ['ignore', log.fd, log.fd],
      env: { PATH: '/usr/bin:/bin', HOME: this.#root, LANG: 'C.UTF-8' },
    })
    child.on('error', () => {})
    await log.close()
    return child
  }

  readonly #end = (): void => {
    killIn(this.#root)
    rmSync(this.#root, { recursive: true, force: true })
  }
}

/** What Patroni calls a server that serves, by whether it is the primary. */
const runs = ['running', 'streaming']

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
