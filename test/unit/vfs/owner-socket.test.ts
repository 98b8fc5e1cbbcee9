import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest'
import { openOwnerSocket, socketLiveness } from '../../../vfs/node/owner-socket.ts'

describe.skipIf(process.platform === 'win32')('the socket of an owner', () => {
  const root = fs.mkdtempSync(join(os.tmpdir(), 'socket-'))
  const module = join(root, 'owner-socket.mjs')
  const children: ChildProcess[] = []
  let count = 0
  let directory = ''

  beforeAll(async () => {
    const entryPoints = [join(import.meta.dirname, '../../../vfs/node/owner-socket.ts')]
    await build({ entryPoints, outfile: module, platform: 'node', format: 'esm' })
  })
  beforeEach(() => {
    directory = join(root, String(count++))
    fs.mkdirSync(directory)
  })
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })
  afterAll(() => fs.rmSync(root, { recursive: true }))

  /** Engine: Deno's `child.kill()` takes a child that was stopped for one that has ended. */
  function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
    process.kill(Number(pid), name)
  }

  /** The path of a program that opens one and then goes on with `rest`. */
  function programOf(rest: string): string {
    const program = join(root, 'program.mjs')
    fs.writeFileSync(
      program,
      `import { openOwnerSocket } from ${JSON.stringify(pathToFileURL(module).href)}
      const socket = await openOwnerSocket(${JSON.stringify(directory)}, 'a.sock')
      ${rest}`,
    )
    return program
  }

  test('answers until it is released, and is its user’s alone', async () => {
    const socket = await openOwnerSocket(directory, 'a.sock')
    assert.ok(socket)
    assert.equal(await socketLiveness(directory, 'a.sock'), 'alive')
    assert.equal(fs.statSync(join(directory, 'a.sock')).mode & 0o777, 0o600)
    socket.release()
    assert.deepEqual(fs.readdirSync(directory), [])
    assert.equal(await socketLiveness(directory, 'a.sock'), 'unknown')
  })

  test('refuses once its process was killed, and answers while that is stopped', async () => {
    const child = spawn(process.execPath, [
      programOf('console.log(1); setInterval(() => {}, 1000)'),
    ])
    children.push(child)
    await once(child.stdout, 'data')
    signal(child, 'SIGSTOP')
    assert.equal(await socketLiveness(directory, 'a.sock'), 'alive')
    signal(child, 'SIGKILL')
    await once(child, 'exit')
    assert.equal(await socketLiveness(directory, 'a.sock'), 'dead')
  })

  test('does not keep its process alive', () => {
    const { status, stdout } = spawnSync(process.execPath, [programOf('console.log(socket.name)')])
    assert.equal(status, 0)
    assert.equal(String(stdout), 'a.sock\n')
  })

  test.skipIf(Boolean(process.versions['bun'] ?? process.versions['deno']))(
    'loads no part of Node that starts processes',
    () => {
      const loaded = `process.moduleLoadList.filter((name) => /NativeModule (cluster|child_process|dgram)$/.test(name))`
      const program = programOf(`console.log(socket.name, ...${loaded})`)
      const { stdout } = spawnSync(process.execPath, [program])
      assert.equal(String(stdout), 'a.sock\n')
    },
  )

  test('of a cluster’s worker ends with that worker', async () => {
    const program = join(directory, 'cluster.mjs')
    fs.writeFileSync(
      program,
      `import cluster from 'node:cluster'
      import { openOwnerSocket } from ${JSON.stringify(pathToFileURL(module).href)}
      if (cluster.isPrimary) cluster.fork().on('message', () => console.log(1))
      else {
        await openOwnerSocket(${JSON.stringify(directory)}, 'a.sock')
        process.send('ready')
        setInterval(() => {}, 1000)
        process.on('disconnect', () => {})
      }
      if (cluster.isPrimary) {
        process.stdin.on('data', () => Object.values(cluster.workers)[0].process.kill('SIGKILL'))
        cluster.on('exit', () => console.log(2))
      }`,
    )
    const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
    children.push(child)
    await once(child.stdout, 'data')
    assert.equal(await socketLiveness(directory, 'a.sock'), 'alive')
    child.stdin.write('kill\n')
    await once(child.stdout, 'data')
    assert.equal(await socketLiveness(directory, 'a.sock'), 'dead')
  })

  test('works in a directory whose path is too long for one', async () => {
    if (process.platform !== 'linux') return
    const long = join(directory, 'x'.repeat(200))
    fs.mkdirSync(long)
    const socket = await openOwnerSocket(long, 'a.sock')
    assert.deepEqual(fs.readdirSync(long), ['a.sock'])
    assert.equal(await socketLiveness(long, 'a.sock'), 'alive')
    socket?.release()
    assert.deepEqual(fs.readdirSync(long), [])
  })

  test('is none where its name is taken, and a file of that name says nothing', async () => {
    fs.writeFileSync(join(directory, 'a.sock'), 'a file')
    assert.equal(await openOwnerSocket(directory, 'a.sock'), null)
    assert.equal(await socketLiveness(directory, 'a.sock'), 'unknown')
    assert.equal(fs.readFileSync(join(directory, 'a.sock'), 'utf8'), 'a file')
  })
})
