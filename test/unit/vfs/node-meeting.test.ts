import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, test } from 'vitest'
import type { VfsDirectory } from '../../../src/files/vfs.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { connectAt } from '../../../vfs/node/owner-socket.ts'
import { isTrusted, newSocketPath, removeFormer } from '../../../vfs/node/meeting/elsewhere.ts'
import { openEntrance } from '../../../vfs/node/meeting/entrance.ts'
import { isOpen, wayInOf } from '../../../vfs/node/meeting/way-in.ts'

const wayIn = { protocol: [1, 1], version: '1.0.0' } as const
const isRoot = process.getuid?.() === 0

describe.skipIf(process.platform === 'win32')('the meeting place of a node directory', () => {
  const root = fs.mkdtempSync(join(os.tmpdir(), 'meeting-'))
  fs.chmodSync(root, 0o755)
  afterAll(() => fs.rmSync(root, { recursive: true }))
  let path = ''
  beforeEach(() => {
    path = fs.mkdtempSync(join(root, 'd'))
    fs.chmodSync(path, 0o755)
  })

  /** Takes the directory at `path` and offers a way in. */
  async function owned(at = path) {
    const directory = nodeFs().directory(at)
    directory.meeting?.open(wayIn, (stream) => stream.write(Uint8Array.of(7)))
    await directory.lock(0)
    return directory
  }

  function meet(at = path) {
    const { meeting } = nodeFs().directory(at)
    assert.ok(meeting)
    return meeting.connect()
  }

  function socketIn(at = path): string {
    const name = fs.readdirSync(at).find((it) => it.endsWith('.sock'))
    assert.ok(name)
    return join(at, name)
  }

  test('an owner that shares keeps its claim and its socket to its user', async () => {
    const directory = await owned()
    for (const file of [join(path, 'owner.json'), socketIn()]) {
      assert.equal(fs.statSync(file).mode & 0o777, 0o600)
    }
    await directory.close()
    assert.deepEqual(
      fs.readdirSync(path).filter((name) => name.startsWith('owner.')),
      [],
    )
  })

  test('an owner that does not share has no socket, and a claim for all to read', async () => {
    const directory = nodeFs().directory(path)
    await directory.lock(0)
    const names = fs.readdirSync(path)
    assert.equal(
      names.some((name) => name.endsWith('.sock')),
      false,
    )
    assert.equal(fs.statSync(join(path, 'owner.json')).mode & 0o044, 0o044 & ~process.umask())
    await directory.close()
  })

  /** Has the claim and what else the owner has left there be those of a process that has died. */
  async function killed(directory: VfsDirectory): Promise<void> {
    const names = fs.readdirSync(path).filter((name) => /^owner\.(?:json|.*\.met)$/.test(name))
    const files = names.map((name) => [name, fs.readFileSync(join(path, name), 'utf8')] as const)
    await directory.close()
    const { pid } = spawnSync(process.execPath, ['--version'])
    const left = (text: string): string => text.replace(/"pid": \d+/, `"pid": ${pid}`)
    for (const [name, text] of files) fs.writeFileSync(join(path, name), left(text))
  }

  const traces = (): string | undefined => nodeFs().directory(path).meeting?.look()

  test('the successor of an owner that died with guests knows that they may come', async () => {
    const directory = await owned()
    assert.equal(directory.survivors, null)
    const met = await meet()
    assert.ok(met.type === 'met')
    await new Promise<void>((resolve) => met.stream.onData(() => resolve()))
    assert.equal(traces(), 'owner')
    await killed(directory)
    met.stream.close()
    assert.equal(traces(), 'deserted')
    const next = await owned()
    assert.equal(next.survivors, 'unknown')
    await next.close()
    assert.equal(next.survivors, null)
    assert.deepEqual(
      fs.readdirSync(path).filter((name) => name.startsWith('owner.')),
      [],
    )
  })

  test('the successor of an owner that died alone, or has left, awaits no one', async () => {
    assert.equal(traces(), 'none')
    await killed(await owned())
    assert.equal(traces(), 'owner')
    const second = await owned()
    assert.equal(second.survivors, null)
    const met = await meet()
    assert.ok(met.type === 'met')
    await new Promise<void>((resolve) => met.stream.onData(() => resolve()))
    await second.close()
    const third = await owned()
    assert.equal(third.survivors, null)
    await third.close()
  })

  test('the successor of an owner that left guests behind knows who they are, once', async () => {
    const guests = ['abcdef0123456789', 'abcdef9876543210']
    const directory = nodeFs().directory(path)
    const { meeting } = directory
    assert.ok(meeting)
    const offered = meeting.open({ protocol: [1, 1], version: '1' }, () => {})
    await directory.lock(0)
    offered.close(guests)
    await directory.close()
    assert.equal(traces(), 'deserted')
    const second = await owned()
    assert.deepEqual(second.survivors, guests)
    await second.close()
    const third = await owned()
    assert.equal(third.survivors, null)
    await third.close()
  })

  test('guests who were announced long ago, or in a form that is not known, are awaited no more', async () => {
    const file = join(path, 'owner.left.met')
    fs.writeFileSync(file, '["abcdef0123456789"]')
    fs.utimesSync(file, new Date(), new Date(Date.now() - 20_000))
    assert.equal(traces(), 'none')
    const first = await owned()
    assert.equal(first.survivors, null)
    await first.close()
    fs.writeFileSync(file, '[1]')
    const second = await owned()
    assert.equal(second.survivors, null)
    await second.close()
    assert.equal(fs.existsSync(file), false)
  })

  // Only the superuser can become another user.
  test.skipIf(!isRoot)('another user can neither read the claim nor connect', async () => {
    const directory = await owned()
    const program = `
      const codeOf = (use) => { try { use(); return 'done' } catch (error) { return error.code } }
      const read = codeOf(() => require('fs').readFileSync(${JSON.stringify(join(path, 'owner.json'))}))
      require('net').connect(${JSON.stringify(socketIn())})
        .on('connect', () => { console.log(read, 'connected'); process.exit() })
        .on('error', ({ code }) => console.log(read, code))`
    const user = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '-e']
    const child = spawn('setpriv', [...user, program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [output] = (await once(child.stdout, 'data')) as [Buffer]
    assert.equal(String(output), 'EACCES EACCES\n')
    await directory.close()
  })

  test.each([20, 300])('an owner is met in a path of more than %i characters', async (length) => {
    const long = join(path, 'x'.repeat(Math.min(length, 200)), 'y'.repeat(length / 2))
    const directory = await owned(long)
    const found = await meet(long)
    assert.equal(found.type, 'met')
    await directory.close()
  })

  test('the socket of an owner that was killed leads to none', async () => {
    const left = join(root, 'left.sock')
    const program = `require('net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', program])
    assert.ok(fs.statSync(left).isSocket())
    const directory = await owned()
    fs.renameSync(left, socketIn())
    assert.equal((await meet()).type, 'gone')
    await directory.close()
  })

  test.each<[kind: string, put: (at: string) => void]>([
    ['file', (at) => fs.writeFileSync(at, 'not a socket')],
    ['directory', (at) => fs.mkdirSync(at)],
    ['link that leads nowhere', (at) => fs.symlinkSync(join(root, 'nowhere'), at)],
  ])('a %s in the place of the socket leads to no owner, and stays', async (_, put) => {
    const directory = await owned()
    const socket = socketIn()
    fs.rmSync(socket)
    put(socket)
    assert.notEqual((await meet()).type, 'met')
    assert.ok(fs.lstatSync(socket))
    fs.rmSync(socket, { recursive: true })
    await directory.close()
  })

  describe('where the directory can hold no socket', () => {
    const offer = { wayIn, secret: 'x'.repeat(32), connected: () => {} }

    /** A way in whose socket lies elsewhere: its name in the directory is taken. */
    async function entranceElsewhere() {
      fs.writeFileSync(join(path, 'a.sock'), 'a file')
      const entrance = await openEntrance(path, 'a.sock', offer)
      assert.ok(isOpen(entrance.wayIn) && entrance.wayIn.socket !== null)
      return { entrance, socket: entrance.wayIn.socket }
    }

    test('it lies in a directory of this user’s alone, until it is released', async () => {
      const { entrance, socket } = await entranceElsewhere()
      assert.equal(fs.statSync(dirname(socket)).mode & 0o777, 0o700)
      assert.equal(isTrusted(socket), true)
      const client = await connectAt(socket)
      client.destroy()
      entrance.release()
      assert.equal(fs.existsSync(socket), false)
    })

    test('what former owners of the directory have left is removed, and nothing else', async () => {
      const { entrance, socket } = await entranceElsewhere()
      const [left, others] = [newSocketPath(path), newSocketPath(`${path}-other`)]
      for (const file of [left, others]) fs.writeFileSync(file, '')
      removeFormer(path, entrance.wayIn)
      assert.deepEqual(
        [socket, left, others].map((file) => fs.existsSync(file)),
        [true, false, true],
      )
      fs.rmSync(others)
      entrance.release()
    })

    test('a place that others can reach into, a link or another name is not trusted', () => {
      const name = `${'0123456789ab'.repeat(2)}.sock`
      const place = join(path, `idb-${process.getuid?.()}`)
      fs.mkdirSync(place, { mode: 0o700 })
      assert.equal(isTrusted(join(place, name)), true)
      assert.equal(isTrusted(join(place, 'other.sock')), false)
      assert.equal(isTrusted(join(path, name)), false)
      fs.chmodSync(place, 0o755)
      assert.equal(isTrusted(join(place, name)), false)
      fs.chmodSync(place, 0o700)
      fs.renameSync(place, `${place}-real`)
      fs.symlinkSync(`${place}-real`, place)
      assert.equal(isTrusted(join(place, name)), false)
    })
  })

  test('a claim that names a socket of another place is not followed', async () => {
    const directory = await owned()
    const file = join(path, 'owner.json')
    const claim = JSON.parse(fs.readFileSync(file, 'utf8')) as { wayIn: { socket: string | null } }
    const trap = join(path, 'trap.sock')
    const server = createServer(() => assert.fail('was connected to')).listen(trap)
    await once(server, 'listening')
    claim.wayIn.socket = trap
    fs.writeFileSync(file, JSON.stringify(claim))
    const found = await meet()
    assert.ok(found.type === 'unmet' && found.reason.includes('cannot be reached'))
    server.close()
    fs.rmSync(file)
    await directory.close()
  })
})

describe('the way in that a claim names', () => {
  const good = { protocol: [1, 3], version: '1.2.3-beta.1', secret: 'a'.repeat(32), socket: null }

  test('is taken as it is', () => {
    assert.deepEqual(wayInOf(good), good)
    assert.ok(isOpen(wayInOf({ ...good, socket: '/tmp/x.sock', more: 1 })))
  })

  test('is none where a claim says nothing, or why', () => {
    for (const none of [undefined, { reason: 'it is so' }]) assert.ok(!isOpen(wayInOf(none)))
    assert.deepEqual(wayInOf({ reason: 'a\u0007\nb' }), { reason: 'a  b' })
  })

  test.each<unknown>([
    null,
    1,
    'text',
    [],
    {},
    { ...good, protocol: [2, 1] },
    { ...good, protocol: [0, 1] },
    { ...good, protocol: ['1', '2'] },
    { ...good, protocol: [1, 2, 3] },
    { ...good, protocol: { 0: 1, 1: 2, length: 2 } },
    { ...good, version: '1.0\u001b[31m' },
    { ...good, version: 'x'.repeat(100) },
    { ...good, secret: '' },
    { ...good, secret: 'a'.repeat(200) },
    { ...good, secret: '../../../etc/passwd' },
    { ...good, socket: 5 },
    { ...good, socket: 'x'.repeat(300) },
  ])('is none that this release knows: %j', (found) => {
    const understood = wayInOf(found)
    assert.ok(!isOpen(understood) && understood.reason.includes('does not know'))
  })
})
