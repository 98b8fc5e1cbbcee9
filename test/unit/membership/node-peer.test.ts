import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, test } from 'vitest'
import { Member } from '../../../src/membership/member.ts'
import { NodePeer } from '../../../src/membership/node/node-peer.ts'
import type { Failure } from '../../../src/errors.ts'
import type { IDBErrorFacts } from '../../../src/base/error-cause.ts'
import type { VfsDirectory } from '../../../src/files/vfs.ts'
import type { Found, FoundOwn, FoundOwner } from '../../../src/membership/peer.ts'
import { completeOptions } from '../../../src/options/options.ts'
import { peerHosting } from '../../../src/hosting/peer-hosting.ts'
import { threadsOf } from '../../../src/hosting/in-thread.ts'
import { platform } from '../../../src/platform/node.ts'
import { connectHost } from '../../../src/port/client.ts'
import { SocketPort } from '../../../src/port/stream/socket-port.ts'
import { type ClientHello, ownerHelloOf, parcelOf } from '../../../src/membership/hello.ts'
import { thisRelease } from '../../../src/hosting/this-release.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { listDatabases } from '../../kit/host-client.ts'

const clients = { a: 'a'.repeat(16), b: 'b'.repeat(16), c: 'c'.repeat(16), d: 'd'.repeat(16) }

describe.skipIf(process.platform === 'win32')('the peer of a node directory', () => {
  const root = fs.mkdtempSync(join(os.tmpdir(), 'peer-'))
  const threads = threadsOf(platform)
  const found: Found[] = []
  const reports: Failure[] = []
  let path = ''
  beforeEach(() => {
    path = fs.mkdtempSync(join(root, 'd'))
    reports.length = 0
  })
  afterEach(async () => {
    for (const one of found.splice(0).reverse()) await one.leave()
  })
  afterAll(() => fs.rmSync(root, { recursive: true }))

  function peer(waitMs = 0): NodePeer {
    const settings = completeOptions({ path, onWarning: () => {} }, platform)
    const hosting = peerHosting(settings, platform, threads)
    const made = platform.peerOf(
      { ...settings, waitMs },
      { ...hosting, report: (it) => void reports.push(it) },
    )
    assert.ok(made instanceof NodePeer)
    return made
  }

  async function look(client: string, returning: readonly string[] | null = null): Promise<Found> {
    const { signal } = new AbortController()
    const result = await peer().look({ client, returning, signal })
    found.push(result)
    return result
  }

  async function own(client = clients.a): Promise<FoundOwn> {
    const result = await look(client)
    assert.ok(result.type === 'own')
    return result
  }

  async function visit(client = clients.b): Promise<FoundOwner> {
    const result = await look(client)
    assert.ok(result.type === 'other')
    return result
  }

  test('the first to look owns the directory, others are served by it', async () => {
    const owner = await own()
    const { port, owner: facts } = await visit()
    assert.deepEqual(facts.clients, [clients.b])
    assert.ok(facts.title?.startsWith(`process ${process.pid}, thread`))
    const host = connectHost(port)
    await new Promise<void>((resolve, reject) => {
      host.open('of a client', 1, {
        blocked: () => {},
        upgradeNeeded: (connection, transaction) => {
          connection.listen({
            versionChange: (_, __, delivered) => delivered(),
            closing() {},
            closed() {},
          })
          transaction.listen({
            declined() {},
            wentAhead() {},
            caughtUp() {},
            committed() {},
            aborted: reject,
          })
          transaction.commit(0)
        },
        opened: () => resolve(),
        failed: reject,
      })
    })
    assert.deepEqual(await namesOf(host), ['of a client'])
    assert.deepEqual(await namesOf(owner.host), ['of a client'])
  })

  test('of many who look at once one is the owner', async () => {
    const looks = Array.from({ length: 8 }, (_, at) => look(String(at).repeat(16)))
    const types = (await Promise.all(looks)).map(({ type }) => type)
    assert.deepEqual(types.toSorted(), [...Array.from({ length: 7 }, () => 'other'), 'own'])
  })

  test('the owner is told who has come and gone, and a client that its owner has left', async () => {
    const owner = await own()
    const seen: (readonly string[])[] = []
    owner.onClients((now) => seen.push(now))
    const first = await visit(clients.b)
    await visit(clients.c)
    first.leave()
    await first.gone
    while (seen.length < 4) await new Promise(setImmediate)
    assert.deepEqual(seen, [[], [clients.b], [clients.b, clients.c], [clients.c]])
    const second = found.at(-1) as FoundOwner
    found.splice(0)
    const next = look(clients.d)
    await owner.leave()
    await second.gone
    assert.ok(['own', 'other'].includes((await next).type))
  })

  test('an owner whose host cannot be closed says so, and frees the directory', async () => {
    const settings = completeOptions({ path, onWarning: () => {} }, platform)
    const hosting = peerHosting(settings, platform, threads)
    const unclosable = platform.peerOf(settings, {
      ...hosting,
      inThread(recovery, lost) {
        const host = hosting.inThread(recovery, lost)
        host.close = () => Promise.reject(new Error('the disk is gone'))
        return host
      },
    })
    assert.ok(unclosable)
    const place = { path }
    const reports: Failure[] = []
    const report = (failure: Failure): void => void reports.push(failure)
    const client = clients.a
    const member = new Member({ peer: unclosable, client, durability: 'relaxed', place, report })
    await listDatabases(member)
    assert.equal(member.state, 'owner')
    await assert.rejects(member.close(), /the disk is gone/)
    assert.equal(member.state, 'away')
    assert.deepEqual(reports, [])
    await own(clients.b)
  })

  test('those who were at an owner that has left find the next one', async () => {
    const owner = await own()
    const visitors = [await visit(clients.b), await visit(clients.c)]
    const { clients: returning } = visitors[1]?.owner ?? { clients: [] }
    found.splice(0)
    await owner.leave()
    await Promise.all(visitors.map(({ gone }) => gone))
    const next = await Promise.all([look(clients.c, returning), look(clients.b, returning)])
    assert.deepEqual(
      next.map(({ type }) => type),
      ['other', 'own'],
    )
  })

  /** Has an owner that has a client die. */
  async function die(): Promise<void> {
    await own()
    await visit()
    const traces = fs.readdirSync(path).filter((name) => /^owner\.(?:json|.*\.met)$/.test(name))
    const texts = traces.map((name) => fs.readFileSync(join(path, name), 'utf8'))
    for (const one of found.splice(0)) await one.leave()
    const { pid } = spawnSync(process.execPath, ['--version'])
    traces.forEach((name, at) => {
      const left = texts[at]?.replace(/"pid": \d+/, `"pid": ${pid}`) ?? ''
      fs.writeFileSync(join(path, name), left)
    })
  }

  test('a newcomer leaves the directory to those who were at an owner that died', async () => {
    await die()
    const newcomer = look(clients.c)
    const survivor = await look(clients.b, [clients.b])
    assert.equal(survivor.type, 'own')
    assert.equal((await newcomer).type, 'other')
  })

  test('who succeeds an owner that died with clients begins nothing before those who come have come', async () => {
    await die()
    const owner = await own(clients.c)
    const order: string[] = []
    const listed = namesOf(owner.host).then(() => order.push('listed'))
    const client = connectHost((await visit()).port)
    await new Promise((resolve) => setTimeout(resolve, 300))
    order.push('recovered')
    client.recovered()
    await listed
    assert.deepEqual(order, ['recovered', 'listed'])
  })

  test('an owner that does not share is named, with the reason and what to do', async () => {
    const directory = nodeFs().directory(path)
    await directory.lock(0)
    await assert.rejects(look(clients.b), (error: Error) => {
      assert.match(
        error.message,
        new RegExp(
          `owned by process ${process.pid}, .* cannot be shared with, because it was opened with ifLocked`,
        ),
      )
      assert.match(error.message, /call close\(factory\) in this thread.*wait for it \(waitMs\)/)
      // It is what the exception adds to the message.
      assert.equal(error.cause, undefined)
      return true
    })
    await directory.close()
  })

  test('an owner that does not share is waited for, as long as waitMs says', async () => {
    const directory = nodeFs().directory(path)
    await directory.lock(0)
    const { signal } = new AbortController()
    const looking = peer(10_000).look({ client: clients.b, returning: null, signal })
    await new Promise((resolve) => setTimeout(resolve, 50))
    await directory.close()
    const result = await looking
    found.push(result)
    assert.equal(result.type, 'own')
  })

  test('a look that is given up ends', async () => {
    const directory = nodeFs().directory(path)
    await directory.lock(0)
    const givingUp = new AbortController()
    const looking = peer(Infinity).look({
      client: clients.b,
      returning: null,
      signal: givingUp.signal,
    })
    givingUp.abort()
    await assert.rejects(looking)
    await directory.close()
  })

  test('an owner that speaks another protocol answers: no warning says that it is silent', async () => {
    await own()
    const settings = completeOptions({ path, onWarning: () => {} }, platform)
    const hosting = peerHosting(settings, platform, threads)
    const newer = new NodePeer({
      ...hosting,
      path,
      waitMs: 0,
      place: (nodeFs().directory(path) as Required<VfsDirectory>).meeting,
      getReady: () => {},
      makeHost: (recovery, lost) => hosting.inThread(recovery, lost),
      giveUp: async () => {},
      report: (it) => void reports.push(it),
      own: { ...thisRelease, protocol: [7, 9], title: '', durability: 'relaxed', quotaBytes: null },
    })
    const { signal } = new AbortController()
    const looking = newer.look({ client: clients.b, returning: null, signal })
    await assert.rejects(looking, /speaks protocols 7 to 9/)
    await new Promise((resolve) => setTimeout(resolve, 5_500))
    assert.deepEqual(reports, [])
  })

  test('an owner that hangs up each time is named, with what may be wrong, and stays the owner', async () => {
    const owner = await own()
    const claimPath = join(path, 'owner.json')
    const claim = fs.readFileSync(claimPath, 'utf8')
    const secret = /"secret": ?"([\w-])/.exec(claim)
    assert.ok(secret)
    const altered = secret[0].slice(0, -1) + (secret[1] === 'a' ? 'b' : 'a')
    fs.writeFileSync(claimPath, claim.replace(secret[0], altered))
    await assert.rejects(look(clients.b), (error: Error & { cause: IDBErrorFacts }) => {
      assert.match(error.message, new RegExp(`owned by process ${process.pid}, .*"owner.json"`))
      assert.deepEqual(
        [error.name, error.cause.code, error.cause.owner?.pid],
        ['UnknownError', 'ERR_IDB_LOCKED', process.pid],
      )
      return true
    })
    fs.writeFileSync(claimPath, claim)
    assert.deepEqual(await namesOf(connectHost((await visit()).port)), [])
    assert.deepEqual(await namesOf(owner.host), [])
  })

  describe('cuts off', () => {
    /** Says `message` to the owner; gives its answer, or null where it closes the stream without one. */
    async function say(message: (secret: string) => unknown): Promise<unknown> {
      const met = await (nodeFs().directory(path) as Required<VfsDirectory>).meeting.connect()
      assert.ok(met.type === 'met')
      const port = new SocketPort(met.stream)
      const answer = new Promise<unknown>((resolve) => {
        port.addEventListener('message', ({ data }) => resolve(data))
        port.addEventListener('close', () => resolve(null))
      })
      port.start()
      const said = message(met.secret)
      if (said instanceof Uint8Array) met.stream.write(said)
      else port.postMessage(said)
      return answer
    }
    const hello: ClientHello = {
      ...thisRelease,
      client: clients.c,
      secret: '',
      durability: 'relaxed',
      quotaBytes: null,
    }

    test('who does not know the secret', async () => {
      await own()
      assert.equal(
        await say(() => parcelOf('hello', { ...hello, secret: 'x'.repeat(32) } as ClientHello)),
        null,
      )
      assert.equal(reports[0]?.facts?.code, 'ERR_IDB_PROTOCOL')
    })

    test('who speaks another protocol, and says which its own is', async () => {
      await own()
      const newer = { ...hello, protocol: [7, 9] as const }
      const answer = await say((secret) => parcelOf('hello', { ...newer, secret } as ClientHello))
      const { isTaken, owner } = ownerHelloOf(answer)
      assert.deepEqual(
        [isTaken, owner.protocol, owner.version],
        [false, [1, 1], thisRelease.version],
      )
      assert.equal(owner.title?.startsWith(`process ${process.pid}`), true)
    })

    test.each<[what: string, message: () => unknown]>([
      ['nonsense', () => Uint8Array.from({ length: 64 }, (_, at) => at * 7)],
      ['a frame of 4 GiB', () => new Uint8Array(16).fill(0xff)],
      [
        'a call before the hello',
        () => ({ contents: new Float64Array([1, 2]).buffer, numberCount: 2, objects: [] }),
      ],
      ['a hello without a client', () => parcelOf('hello', { ...hello, client: '' })],
    ])('who says %s, and no other', async (_, message) => {
      const owner = await own()
      const other = connectHost((await visit()).port)
      assert.equal(await say(message), null)
      assert.equal(reports.length, 1)
      assert.deepEqual(await namesOf(other), [])
      assert.deepEqual(await namesOf(owner.host), [])
    })
  })
})

test('the version that a release says of itself is that of its package', () => {
  const manifest = JSON.parse(
    fs.readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'),
  ) as { version: string }
  assert.equal(thisRelease.version, manifest.version)
})

function namesOf(host: {
  databases(receiver: {
    done(databases: readonly { readonly name: string }[]): void
    failed(reason: Failure): void
  }): void
}): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    host.databases({ done: (all) => resolve(all.map(({ name }) => name)), failed: reject })
  })
}
