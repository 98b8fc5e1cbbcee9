import { domException } from '../../errors.ts'
import type { BlobContent } from '../platform-objects/foreign-blobs.ts'

/**
 * `head`, the bytes of a value, with the contents of its Blobs and Files after them. No offset in `head` moves.
 *
 * @throws NotReadableError if a Blob cannot be read
 */
export async function joinBlobs(
  head: Uint8Array,
  blobs: readonly BlobContent[],
): Promise<Uint8Array> {
  if (blobs.length === 0) return head
  const contents = await Promise.all(blobs.map(readBlob))
  return join(head, contents)
}

async function readBlob(blob: BlobContent): Promise<Uint8Array> {
  const content = new Uint8Array(await contentOf(blob))
  if (content.length === blob.size) return content
  throw domException(
    'NotReadableError',
    `A Blob cannot be read: it returned ${content.length} bytes instead of ${blob.size}`,
  )
}

async function contentOf(blob: BlobContent): Promise<ArrayBuffer> {
  try {
    return await blob.arrayBuffer()
  } catch (error) {
    throw domException('NotReadableError', `A Blob cannot be read: ${String(error)}`)
  }
}

/** The value's bytes, then the blob section: all contents, then their total size. */
function join(head: Uint8Array, contents: readonly Uint8Array[]): Uint8Array {
  const sectionSize = contents.reduce((size, content) => size + content.length, 0)
  const joined = new Uint8Array(head.length + sectionSize + 8)
  joined.set(head)
  let offset = head.length
  for (const content of contents) {
    joined.set(content, offset)
    offset += content.length
  }
  new DataView(joined.buffer).setFloat64(offset, sectionSize)
  return joined
}
