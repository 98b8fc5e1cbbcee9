import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest'
import { DirectoryLockedError, VfsError } from '../../../src/files/vfs.ts'
import { nodeFs } from '../../../vfs/node.ts'
import type { Attempt } from './lock-holder.ts'

/** Programs that run the bundle: `node` here; a list such as `node24,bun` may be given to try others. */
const runtimes = (process.env['IDB_TEST_RUNTIMES'] ?? process.execPath).split(',')
/** How often the race is run. */
const rounds = Number(process.env['IDB_TEST_ROUNDS'] ?? 3)

describe('the ownership of a directory among processes', () => {
  const root = fs.mkdtempSync(join(os.tmpdir(), 'ownership-'))
  const program = join(root, 'lock-holder.mjs')
  const module = join(root, 'node.mjs')
  const children = new Set<ChildProcess>()
  let count = 0
  let path = ''

  beforeAll(async () => {
    await build({
      entryPoints: {
        'lock-holder': join(import.meta.dirname, 'lock-holder.ts'),
        node: join(import.meta.dirname, '../../../vfs/node.ts'),
      },
      outdir: root,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
    })
  })
  afterEach(() => Promise.all([...children].map(kill)))
  afterAll(() => fs.rmSync(root, { recursive: true }))

  /** Starts the program; fulfils with its first line. */
  async function start(runtime: string, ...options: string[]): Promise<Running> {
    const [command = runtime, ...before] = runtime.split(' ')
    const child = spawn(command, [...before, program, path, ...options], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    children.add(child)
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const next = async (): Promise<Attempt> => JSON.parse((await lines.next()).value as string)
    return { child, first: await next(), next }
  }

  async function kill(child: ChildProcess): Promise<void> {
    children.delete(child)
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  beforeEach(() => {
    path = join(root, String(count++))
  })

  for (const [runtime, other] of pairs(runtimes)) {
    test(`a second process (${nameOf(other)}) is refused and told who owns it (${nameOf(runtime)}), until that is killed`, async () => {
      const owner = await start(runtime)
      assert.equal(owner.first.isOwner, true)
      const refused = await start(other)
      assert.deepEqual(refused.first, {
        ...refused.first,
        isOwner: false,
        namedPid: owner.first.pid,
      })
      await kill(owner.child)
      assert.equal((await start(other)).first.isOwner, true)
    })
  }

  for (const racers of races(runtimes)) {
    test(`of 12 that race for the directory of a killed owner one gets it (${racers.map(nameOf).join()})`, async () => {
      for (let round = 0; round < rounds; round++) {
        await kill((await start(runtimeAt(racers, round))).child)
        const race = Array.from({ length: 12 }, (_, index) => start(runtimeAt(racers, index)))
        const results = (await Promise.all(race)).map(({ first }) => first)
        assert.equal(results.filter(({ isOwner }) => isOwner).length, 1)
        await Promise.all([...children].map(kill))
      }
    })
  }

  for (const runtime of runtimes) {
    test(`a waiting process gets the directory when the owner is killed (${nameOf(runtime)})`, async () => {
      const owner = await start(runtime)
      const waiting = start(runtime, '20000')
      await kill(owner.child)
      assert.equal((await waiting).first.isOwner, true)
    })

    test(`a thread that ends frees the directory for its process (${nameOf(runtime)})`, async () => {
      const process = await start(runtime, '5000', 'worker')
      assert.deepEqual([process.first.isOwner, process.first.thread], [true, 1])
      assert.equal((await start(runtime)).first.isOwner, false)
      process.child.stdin?.write('end\n')
      const again = await process.next()
      assert.deepEqual([again.isOwner, again.thread], [true, 0])
    })
  }

  test('a directory that was moved under its owner is free once that has closed it, though its process lives', async () => {
    const directory = nodeFs().directory(path)
    fs.mkdirSync(path)
    await directory.lock(0)
    fs.renameSync(path, `${path}-away`)
    await directory.close()
    path += '-away'
    assert.equal((await start(process.execPath)).first.isOwner, true)
  })

  test('a claim left half written does not lock for good', async () => {
    for (const text of ['', '{"pid"']) {
      await claimOf(path)
      leaveClaim(path, text)
      await claimOf(path)
    }
  })

  test.runIf(process.platform === 'linux')('a claim from before a reboot is void', async () => {
    const claim = await claimOf(path)
    leaveClaim(path, JSON.stringify({ ...claim, lock: 'claim', bootId: 'another' }))
    await claimOf(path)
  })

  test('a claim of a process that runs elsewhere stands, whatever it holds', async () => {
    const claim = await claimOf(path)
    const elsewhere = { ...claim, lock: 'claim', pid: process.ppid, startTime: null }
    leaveClaim(path, JSON.stringify(elsewhere))
    await assert.rejects(nodeFs().directory(path).lock(0), DirectoryLockedError)
  })

  test('a claim of a thread that has ended is void, though its process lives', async () => {
    const owner = await start(process.execPath, '0', 'worker')
    assert.equal(owner.first.isOwner, true)
    owner.child.stdin?.write('end without a successor\n')
    await owner.next()
    await nodeFs().directory(path).lock(0)
  })

  describe.runIf(process.platform === 'linux')('a thread that left its descriptors open', () => {
    const name = 'owner.of-a-thread.sock'
    const leave = async (): Promise<void> => {
      const claim = await claimOf(path)
      const ended = { thread: 7, descriptor: null, id: 'of-a-thread', socket: name, lock: 'claim' }
      leaveClaim(path, JSON.stringify({ ...claim, ...ended }))
    }

    test('has lost the directory once its socket does not listen', async () => {
      await leave()
      const directory = nodeFs().directory(path)
      await directory.lock(0)
      await directory.close()
    })

    test('keeps the directory while its socket listens, though the name of that is gone', async () => {
      await leave()
      const server = createServer().listen(join(path, name))
      await once(server, 'listening')
      fs.renameSync(join(path, name), join(path, 'elsewhere'))
      await assert.rejects(nodeFs().directory(path).lock(0), DirectoryLockedError)
      server.close()
    })
  })

  describe('the error of a directory that is owned', () => {
    const messageOf = async (waitMs: number): Promise<string> => {
      const error = await nodeFs()
        .directory(path)
        .lock(waitMs)
        .catch((it: unknown) => it)
      assert.ok(error instanceof DirectoryLockedError)
      return error.message
    }

    test('names the process, and what to do there and here', async () => {
      const { first } = await start(process.execPath)
      const message = await messageOf(0)
      assert.ok(
        message.startsWith(`Directory "${path}" is owned by process ${first.pid}, thread 0`),
      )
      assert.match(message, /dev server.*close\(factory\) there.*ifLocked: 'wait'.*\(path\)$/)
      assert.doesNotMatch(message, /waiting|owner\.json/)
    })

    test('says that it has waited, and how long', async () => {
      await start(process.execPath)
      assert.match(await messageOf(50), /after waiting 50 ms; .*wait longer \(waitMs\)/)
    })

    test('says to a thread of the same process how to share the directory', async () => {
      const directory = nodeFs().directory(path)
      await directory.lock(0)
      const program = `
        import { parentPort } from 'node:worker_threads'
        import { nodeFs } from ${JSON.stringify(pathToFileURL(module).href)}
        nodeFs().directory(${JSON.stringify(path)}).lock(0).catch(({ message }) => parentPort.postMessage(message))`
      const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`))
      const [message] = await once(thread, 'message')
      assert.match(
        message,
        /ifLocked: 'share' in both threads, or serve\(port, factory\) there and \{ port \} here/,
      )
      assert.ok(message.includes(`process ${process.pid}, thread `))
      await thread.terminate()
      await directory.close()
    })

    test('says what ends the claim of an owner that cannot be looked at', async () => {
      const claim = await claimOf(path)
      const elsewhere = { ...claim, lock: 'claim', host: 'elsewhere', bootId: 'another' }
      leaveClaim(path, JSON.stringify(elsewhere))
      assert.match(await messageOf(0), /on host "elsewhere".*delete its owner\.json if/)
    })
  })

  describe('what lies where the files of the ownership belong', () => {
    const strangers: Record<string, (file: string) => void> = {
      'a pipe': (file) => void execFileSync('mkfifo', [file]),
      'a directory': (file) => fs.mkdirSync(file),
      'a link': (file) => fs.symlinkSync(join(root, 'elsewhere'), file),
      'a link to a file': (file) => {
        fs.writeFileSync(join(root, 'target'), '')
        fs.symlinkSync(join(root, 'target'), file)
      },
      'JSON that is no object': (file) => fs.writeFileSync(file, '17'),
      'JSON that is no claim': (file) => fs.writeFileSync(file, '{"pid":1,"id":"a"}'),
      'a long file': (file) => fs.writeFileSync(file, ' '.repeat(1_000_000)),
    }
    const names = (file: string) => (error: unknown) => {
      assert.ok(error instanceof VfsError)
      assert.ok(!(error instanceof DirectoryLockedError))
      assert.ok(error.message.includes(`"${file}"`), error.message)
      return true
    }

    test.each(Object.entries(strangers))(
      '%s fails with an error that names it',
      async (_, make) => {
        fs.mkdirSync(path)
        const file = join(path, 'owner.json')
        make(file)
        const before = fs.lstatSync(file)
        await assert.rejects(nodeFs().directory(path).lock(0), names(file))
        assert.equal(fs.lstatSync(file).ino, before.ino)
        assert.equal(fs.existsSync(join(root, 'elsewhere')), false)
        assert.deepEqual(openFilesIn(path), [])
      },
    )

    test.each(['../../escaped', 'a/b', '..', '../..', '', 'x'.repeat(200)])(
      'a claim with the id "%s" fails, and names nothing outside of the directory',
      async (id) => {
        const claim = await claimOf(path)
        leaveClaim(path, JSON.stringify({ ...claim, id, pid: 999_999_999, lock: 'claim' }))
        const file = join(path, 'owner.json')
        await assert.rejects(nodeFs().directory(path).lock(0), names(file))
        assert.deepEqual(
          fs.readdirSync(path).filter((name) => name !== '.lock.sqlite'),
          ['owner.json'],
        )
      },
    )

    test('a dead claim that is its own successor fails, and ends', async () => {
      const claim = { ...(await claimOf(path)), id: 'a', pid: 999_999_999, lock: 'claim' }
      leaveClaim(path, JSON.stringify(claim))
      const file = join(path, 'owner.a.next')
      fs.writeFileSync(file, JSON.stringify(claim))
      await assert.rejects(nodeFs().directory(path).lock(0), names(file))
    })

    test('a claim whose socket has the name of another file fails, and the file stays', async () => {
      const claim = await claimOf(path)
      fs.writeFileSync(join(path, 'a.sqlite'), 'a')
      leaveClaim(path, JSON.stringify({ ...claim, socket: 'a.sqlite' }))
      await assert.rejects(nodeFs().directory(path).lock(0), names(join(path, 'owner.json')))
      assert.equal(fs.readFileSync(join(path, 'a.sqlite'), 'utf8'), 'a')
    })

    for (const runtime of runtimes) {
      test(`a pipe, a link and a foreign file in the place of the lock fail (${nameOf(runtime)})`, async () => {
        for (const make of [strangers['a pipe'], strangers['a link'], strangers['a long file']]) {
          fs.mkdirSync(path)
          const file = join(path, '.lock.sqlite')
          make?.(file)
          const { first } = await start(runtime)
          // Where there is no lock of the kernel's, nothing looks at the file.
          if (!first.isOwner) assert.ok(first.message?.includes(`"${file}"`), first.message ?? '')
          assert.equal(first.isOwner, !first.hasKernelLock)
          assert.equal(fs.existsSync(join(root, 'elsewhere')), false)
          fs.rmSync(path, { recursive: true })
        }
      })
    }
  })

  describe('verify()', () => {
    const lost = (words: RegExp) => (error: unknown) => {
      assert.ok(error instanceof VfsError)
      assert.equal(error.code, 'ESTALE')
      assert.match(error.message, words)
      assert.ok(error.message.includes(`"${path}"`))
      return true
    }

    test('throws ESTALE for good once owner.json was deleted', async () => {
      const directory = nodeFs().directory(path)
      await directory.lock(0)
      const text = fs.readFileSync(join(path, 'owner.json'))
      directory.verify?.()
      fs.rmSync(join(path, 'owner.json'))
      assert.throws(() => directory.verify?.(), lost(/owner\.json was deleted/))
      fs.writeFileSync(join(path, 'owner.json'), text)
      assert.throws(() => directory.verify?.(), lost(/owner\.json was deleted/))
      assert.throws(() => directory.open('a', { create: true }), lost(/owner\.json was deleted/))
      await directory.close()
    })

    test('names the process that has taken the directory meanwhile, and leaves that its claim', async () => {
      const directory = nodeFs().directory(path)
      await directory.lock(0)
      fs.rmSync(join(path, 'owner.json'))
      const other = await start(process.execPath)
      // Where the kernel has a lock, the other one is refused.
      if (other.first.isOwner) {
        const words = new RegExp(`process ${other.first.pid}, thread 0`)
        assert.throws(() => directory.verify?.(), lost(words))
        await directory.close()
        assert.match(fs.readFileSync(join(path, 'owner.json'), 'utf8'), /"pid"/)
      }
    })

    test('lets a claim pass that was put back from a copy', async () => {
      const directory = nodeFs().directory(path)
      await directory.lock(0)
      const text = fs.readFileSync(join(path, 'owner.json'))
      fs.rmSync(join(path, 'owner.json'))
      fs.writeFileSync(join(path, 'owner.json'), text)
      directory.verify?.()
      await directory.close()
      assert.deepEqual(openFilesIn(path), [])
    })
  })
})

/** Where the descriptors of this process lead that are open in a directory; none where the platform does not say. */
function openFilesIn(path: string): string[] {
  if (process.platform !== 'linux') return []
  return fs
    .readdirSync('/proc/self/fd')
    .map(targetOf)
    .filter((target) => target.startsWith(path))
}

function targetOf(descriptor: string): string {
  try {
    return fs.readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    // The one by which they were listed.
    return ''
  }
}

interface Running {
  readonly child: ChildProcess
  readonly first: Attempt
  /** Fulfils with the next line. */
  next(): Promise<Attempt>
}

/** Leaves a claim as if written a minute ago. */
function leaveClaim(path: string, text: string): void {
  const file = join(path, 'owner.json')
  const minuteAgo = new Date(Date.now() - 60_000)
  fs.writeFileSync(file, text)
  fs.utimesSync(file, minuteAgo, minuteAgo)
}

/** What `owner.json` says while the directory is owned by this thread. */
async function claimOf(path: string): Promise<object> {
  const directory = nodeFs().directory(path)
  await directory.lock(0)
  const text = fs.readFileSync(join(path, 'owner.json'), 'utf8')
  await directory.close()
  return JSON.parse(text) as object
}

function pairs(names: string[]): [string, string][] {
  return names.flatMap((one) => names.map((other): [string, string] => [one, other]))
}

/** Each program against itself, and all against each other. */
function races(names: string[]): string[][] {
  const alone = names.map((name) => [name])
  return names.length > 1 ? [...alone, names] : alone
}

function runtimeAt(names: string[], index: number): string {
  const name = names[index % names.length]
  assert.ok(name)
  return name
}

function nameOf(runtime: string): string {
  return runtime.replace(/^.*\//, '')
}
