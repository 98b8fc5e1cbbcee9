/** Deletions that are noted by a mark. */
import type { CommitMark, StorageDirectory } from '../../storage/storage.ts'
import { type Fixture, openWithStore } from './fixture.ts'

const first: CommitMark = { client: 'a', slot: 0, number: 7 }
const sameSlot: CommitMark = { client: 'a', slot: 0, number: 8 }
const otherSlot: CommitMark = { client: 'a', slot: 36, number: 7 }
const otherClient: CommitMark = { client: 'A', slot: 0, number: 7 }

export function deletionTests(fixture: Fixture): void {
  const { assert } = fixture
  fixture.inDirectory('a deletion is known by its mark, with the version', async (directory) => {
    await make(directory, 3)
    assert.equal(await directory.deletedFor(first), null)
    assert.equal(await directory.delete('test', first), 3)
    assert.equal(await directory.deletedFor(first), 3)
    assert.deepEqual(await directory.list(), [])
    for (const other of [sameSlot, otherSlot, otherClient]) {
      assert.equal(await directory.deletedFor(other), null)
    }
  })

  fixture.inDirectory(
    'a deletion stays known when the database is made again',
    async (directory) => {
      await make(directory, 2)
      await directory.delete('test', first)
      await make(directory, 1)
      assert.equal(await directory.deletedFor(first), 2)
      assert.deepEqual(await directory.list(), [{ name: 'test', version: 1 }])
      await directory.delete('test', otherSlot)
      assert.equal(await directory.deletedFor(first), 2)
      assert.equal(await directory.deletedFor(otherSlot), 1)
    },
  )

  fixture.inDirectory('the next deletion of a slot takes its place', async (directory) => {
    await make(directory, 2)
    await directory.delete('test', first)
    await make(directory, 1)
    await directory.delete('test', sameSlot)
    assert.equal(await directory.deletedFor(first), null)
    assert.equal(await directory.deletedFor(sameSlot), 1)
  })

  fixture.inDirectory('a deletion that is forgotten leaves nothing', async (directory) => {
    await make(directory, 1)
    await directory.delete('test', first)
    await directory.forgetDeletion(otherClient)
    assert.equal(await directory.deletedFor(first), 1)
    await directory.forgetDeletion(first)
    await directory.forgetDeletion(first)
    assert.equal(await directory.deletedFor(first), null)
  })

  fixture.inDirectory('where there was nothing to delete nothing is noted', async (directory) => {
    assert.equal(await directory.delete('test', first), 0)
    assert.equal(await directory.deletedFor(first), null)
  })
}

async function make(directory: StorageDirectory, version: number): Promise<void> {
  const storage = await openWithStore(directory, 'test')
  if (version > 1) {
    const transaction = storage.begin()
    transaction.changeSchema({ type: 'setVersion', version })
    transaction.commit()
  }
  await storage.close()
}
