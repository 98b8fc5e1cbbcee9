import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { DirectoryLockedError } from '../../../src/files/vfs.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { failFs, type FailingFs } from '../../kit/disks/failing-fs.ts'

vi.setConfig({ testTimeout: 60_000 })

const failings: readonly Omit<FailingFs, 'nth'>[] = [
  { times: 1, code: 'EIO', isDone: false },
  { times: 1, code: 'EIO', isDone: true },
  { times: Infinity, code: 'EIO', isDone: false },
  { times: Infinity, code: 'EMFILE', isDone: false },
]

let root: string
const readlink = fs.readlinkSync

/**
 * Descriptors are counted here, and Deno opens two of its own half a second after its start, a pair of sockets for its signals,
 * unless a listener to a signal has had them opened before.
 */
beforeAll(() => {
  const listener = (): void => {}
  process.on('SIGHUP', listener)
  process.off('SIGHUP', listener)
})

beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'failing-ownership-'))
})

afterEach(() => {
  fs.readlinkSync = readlink
  fs.rmSync(root, { recursive: true })
})

/** Has this process take itself for one in a container, whose owners have a socket each. */
function enterContainer(): void {
  const elsewhere = ((path: string) =>
    path === '/proc/self/ns/pid' ? 'pid:[1]' : readlink(path)) as typeof fs.readlinkSync
  fs.readlinkSync = elsewhere
}

/** What a killed owner leaves. */
function leaveDeadClaim(path: string): void {
  const claim = {
    pid: 2 ** 22 + 1,
    thread: 0,
    host: hostName(),
    since: new Date().toISOString(),
    startTime: 1,
    bootId: 'another',
    namespace: null,
    id: 'dead',
    lock: 'claim',
    socket: null,
    descriptor: null,
  }
  fs.mkdirSync(path)
  fs.writeFileSync(join(path, 'owner.json'), JSON.stringify(claim))
}

const hostName = (): string => fs.readFileSync('/proc/sys/kernel/hostname', 'utf8').trim()
const descriptors = (): number => fs.readdirSync('/proc/self/fd').length

const places: readonly [string, (path: string) => void][] = [
  ['a new directory', () => {}],
  ['a dead owner’s', leaveDeadClaim],
  ['a dead owner’s, in a container', (path) => (leaveDeadClaim(path), enterContainer())],
]

/** Calls `work` with one call after the other struck, until it gets by without. Gives how many calls there were. */
async function strikeEach(work: (path: string, nth: number) => Promise<boolean>): Promise<number> {
  for (let nth = 1; ; nth++) {
    const path = join(root, `at-${nth}`)
    if (!(await work(path, nth))) return nth - 1
  }
}

const supported = process.platform === 'linux' && process.versions['bun'] === undefined

describe.skipIf(!supported).each(failings)('when calls fail: %j', (failing) => {
  test.each(places)('lock() on %s ends as the owner, or leaves it free', async (_, prepare) => {
    const callCount = await strikeEach(async (path, nth) => {
      prepare(path)
      const before = descriptors()
      const first = nodeFs().directory(path)
      const { struck, restore } = failFs(path, { ...failing, nth })
      const error: unknown = await first.lock(0).then(
        () => null,
        (reason: unknown) => reason,
      )
      restore()
      const second = nodeFs().directory(path)
      if (error === null) {
        first.verify?.()
        await expect(second.lock(0), struck[0]).rejects.toThrow(DirectoryLockedError)
        await first.close()
      } else {
        expect(error, struck[0]).toMatchObject({
          code: failing.code,
          message: expect.stringContaining(path),
        })
      }
      await expect(second.lock(0), struck[0]).resolves.toBeUndefined()
      await second.close()
      expect(descriptors(), struck[0]).toBe(before)
      return struck.length > 0
    })
    expect(callCount).toBeGreaterThan(10)
  })

  test.each(places)(
    'close() of %s leaves it owned or free, and can be repeated',
    async (_, prepare) => {
      const callCount = await strikeEach(async (path, nth) => {
        prepare(path)
        const before = descriptors()
        const first = nodeFs().directory(path)
        const second = nodeFs().directory(path)
        await first.lock(0)
        const { struck, restore } = failFs(path, { ...failing, nth })
        const error: unknown = await first.close().then(
          () => null,
          (reason: unknown) => reason,
        )
        // Whatever gets the number of a descriptor that was closed must stay open.
        const bystander = fs.openSync('/dev/null', 'r')
        restore()
        if (error !== null) {
          expect(error, struck[0]).toMatchObject({ message: expect.stringContaining(path) })
          await first.close()
        }
        fs.fstatSync(bystander)
        fs.closeSync(bystander)
        await expect(second.lock(0), struck[0]).resolves.toBeUndefined()
        await second.close()
        expect(descriptors(), struck[0]).toBe(before)
        return struck.length > 0
      })
      expect(callCount).toBeGreaterThan(1)
    },
  )
})
