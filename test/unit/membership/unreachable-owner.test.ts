import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test, vi } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { threadsOf } from '../../../src/hosting/in-thread.ts'
import { peerHosting } from '../../../src/hosting/peer-hosting.ts'
import type { Found } from '../../../src/membership/peer.ts'
import { completeOptions } from '../../../src/options/options.ts'
import { platform } from '../../../src/platform/node.ts'

/** How much later it is than the machine's clock says. */
const clock = vi.hoisted(() => ({ aheadMs: 0 }))

vi.mock(import('../../../src/event-loop/turn.ts'), async (importOriginal) => {
  const turn = await importOriginal()
  return { ...turn, now: () => turn.now() + clock.aheadMs }
})

const client = 'b'.repeat(16)
let path = ''

beforeEach(() => {
  path = fs.mkdtempSync(join(os.tmpdir(), 'unreachable-'))
  clock.aheadMs = 0
})

afterEach(() => fs.rmSync(path, { recursive: true }))

/** Looks for the owner of a directory that has none; `attempt` comes before each attempt to take it, with its number. */
function lookWhere(attempt: (number: number) => void): Promise<Found> {
  const settings = completeOptions({ path, onWarning: () => {} }, platform)
  const hosting = peerHosting(settings, platform, threadsOf(platform))
  let number = 0
  const peer = platform.peerOf(settings, {
    ...hosting,
    take: async (how) => {
      attempt(++number)
      return hosting.take(how)
    },
  })
  assert.ok(peer)
  const { signal } = new AbortController()
  return peer.look({ client, returning: [client], signal })
}

function beTaken(): never {
  throw new StorageError('busy', 'It is owned; wait')
}

test('an attempt that takes long is no reason to give up when the next finds the directory taken', async () => {
  const attempts: number[] = []
  const found = await lookWhere((number) => {
    attempts.push(number)
    if (number === 2) clock.aheadMs = 60_000
    if (number <= 2) beTaken()
  })
  assert.deepEqual([found.type, attempts], ['own', [1, 2, 3]])
  await found.leave()
})

test('a directory that cannot be taken, of an owner out of reach, is given up in the end', async () => {
  await assert.rejects(
    lookWhere(beTaken),
    /It is owned, which .*because its socket takes no connections; wait/,
  )
})
