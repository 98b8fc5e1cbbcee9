import assert from 'node:assert/strict'
import { IDBBlockstore } from 'blockstore-idb'
import { interfaceBlockstoreTests } from 'interface-blockstore-tests'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { collectSuite } from './mocha-suite.mjs'

async function block(text) {
  const bytes = new TextEncoder().encode(text.repeat(50_000))
  return { cid: CID.createV1(raw.code, await sha256.digest(bytes)), bytes }
}

async function open(name) {
  const store = new IDBBlockstore(name)
  await store.open()
  return store
}

/** A store may give bytes at once or in parts. */
async function bytesOf(got) {
  const awaited = await got
  if (awaited instanceof Uint8Array) return awaited
  const parts = []
  for await (const part of awaited) parts.push(part)
  return new Uint8Array(Buffer.concat(parts))
}

let storeCount = 0
const compliance = collectSuite(() =>
  interfaceBlockstoreTests({
    setup: () => open(`compliance ${storeCount++}`),
    async teardown(store) {
      await store.close()
      await store.destroy()
    },
  }),
)

export const first = {
  ...compliance,
  async 'blocks are stored'() {
    const store = await open('blocks')
    for (const text of 'abc') {
      const { cid, bytes } = await block(text)
      await store.put(cid, bytes)
    }
    await store.delete((await block('b')).cid)
    await store.close()
  },
}

export const second = {
  async 'a second process finds the blocks'() {
    const store = await open('blocks')
    const { cid, bytes } = await block('a')
    assert.deepEqual(await bytesOf(store.get(cid)), bytes)
    assert.equal(await store.has((await block('b')).cid), false)
    assert.equal(await store.has((await block('c')).cid), true)
    await store.close()
  },
}
