import assert from 'node:assert/strict'
import { describe, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { deserialize } from '../../../src/values/deserialize.ts'
import { complete, serialize, type Serialized } from '../../../src/values/serialize.ts'

async function storedBytes(serialized: Serialized): Promise<Uint8Array> {
  return (await complete(serialized)).value.bytes
}

async function storeAndRead(value: unknown): Promise<unknown> {
  const bytes = await storedBytes(serialize(value))
  return deserialize(bytes, 0, bytes.length)
}

describe('Blobs', () => {
  test('they keep type and contents, and one stored twice stays one', async () => {
    const blob = new Blob(['hello ', new Uint8Array([0, 255])], { type: 'image/X-Test' })
    const [a, b, empty] = (await storeAndRead([blob, blob, new Blob()])) as Blob[]
    assert.ok(a instanceof Blob && !(a instanceof File) && empty instanceof Blob)
    assert.equal(a, b)
    assert.equal(a.type, 'image/x-test')
    assert.deepEqual([...new Uint8Array(await a.arrayBuffer())].slice(-3), [32, 0, 255])
    assert.equal(empty.size, 0)
  })

  test('Files keep name and time', async () => {
    const file = new File(['abc'], 'naïve/\ud83d\ude00.txt', { type: 'a/b', lastModified: 12345 })
    const clone = (await storeAndRead({ file, after: 1 })) as { file: File; after: number }
    assert.ok(clone.file instanceof File)
    assert.deepEqual(
      [
        clone.file.name,
        clone.file.lastModified,
        clone.file.type,
        await clone.file.text(),
        clone.after,
      ],
      [file.name, 12345, 'a/b', 'abc', 1],
    )
  })

  test('many in one value keep their own contents', async () => {
    const blobs = Array.from({ length: 50 }, (_, i) => new Blob([`blob ${i}`]))
    const clones = (await storeAndRead({ blobs })) as { blobs: Blob[] }
    const texts = await Promise.all(clones.blobs.map((it) => it.text()))
    assert.deepEqual(
      texts,
      blobs.map((_, i) => `blob ${i}`),
    )
  })

  test('complete() is not disturbed by values serialized meanwhile', async () => {
    const first = storedBytes(serialize([new Blob(['first']), 'x'.repeat(50)]))
    const second = storedBytes(serialize([new Blob(['second'])]))
    serialize('other'.repeat(100))
    const [a, b] = await Promise.all([first, second])
    assert.equal(await (deserialize(a, 0, a.length) as Blob[])[0]?.text(), 'first')
    assert.equal(await (deserialize(b, 0, b.length) as Blob[])[0]?.text(), 'second')
  })

  test('the place of a generated key does not move', async () => {
    const serialized = serialize({ blob: new Blob(['x']), a: 1 }, 'id')
    const { generatedKeyOffset } = serialized
    const bytes = await storedBytes(serialized)
    new DataView(bytes.buffer).setFloat64(generatedKeyOffset, 77)
    assert.equal((deserialize(bytes, 0, bytes.length) as { id: number }).id, 77)
  })

  test('one that cannot be read rejects with NotReadableError', async () => {
    const blob = new Blob(['x'])
    blob.arrayBuffer = () => Promise.reject(new Error('gone'))
    await assert.rejects(complete(serialize(blob)), { name: 'NotReadableError', message: /gone/ })
  })

  test('a value whose Blobs were not read is refused', () => {
    const { bytes } = serialize([new Blob(['x'.repeat(100)])]).value
    assert.throws(() => deserialize(bytes, 0, bytes.length), StorageError)
  })
})
