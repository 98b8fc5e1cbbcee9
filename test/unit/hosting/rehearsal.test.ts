import assert from 'node:assert/strict'
import { test } from 'vitest'
import { rehearse } from '../../../src/hosting/engine/rehearsal.ts'
import { ThreadEngine } from '../../../src/hosting/engine/thread-engine.ts'
import { platform } from '../../../src/platform/node.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import { memory } from '../../../vfs/memory.ts'

test('a rehearsal can be repeated, and leaves an engine that works and has nothing open', async () => {
  let released = 0
  const engine = new ThreadEngine(platform)
  await rehearse(engine)
  await rehearse(engine)
  const directory = openStorageDirectory({
    path: 'data',
    waitMs: 0,
    vfs: memory(),
    getEngine: () => engine.acquire(),
    releaseEngine: () => {
      released++
      engine.release()
    },
  })
  const database = await directory.open('rehearsal')
  assert.equal(database.schema.version, 0)
  await database.close()
  assert.deepEqual(await directory.list(), [])
  await directory.close()
  assert.equal(released, 1)
})

test('a rehearsal fails where the engine cannot be loaded, and succeeds once it can', async () => {
  let isMissing = true
  const engine = new ThreadEngine({
    async loadWasm() {
      if (isMissing) throw new Error('missing')
      return platform.loadWasm()
    },
  })
  await assert.rejects(rehearse(engine), /could not be loaded/)
  isMissing = false
  await rehearse(engine)
})
