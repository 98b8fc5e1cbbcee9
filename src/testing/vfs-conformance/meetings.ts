/** What the suite asks of the meeting place of a directory, where a VFS has one. */
import type {
  ByteStream,
  MeetingPlace,
  MetOwner,
  OpenMeeting,
  VfsDirectory,
} from '../../files/vfs.ts'
import { isLocked, pattern } from './contents.ts'
import type { TestTools, VfsUnderTest } from './tools.ts'

const wayIn = { protocol: [1, 2], version: '1.2.3' } as const

/** How others meet the owner of a directory. */
export function meetingTests(
  { test, assert }: TestTools,
  makeVfs: () => VfsUnderTest | Promise<VfsUnderTest>,
): void {
  /** A test with two objects for a directory; a VFS without a meeting place passes it. */
  const withMeeting = (title: string, body: (both: Both) => Promise<void>) =>
    test(title, async () => {
      const { vfs, path } = await makeVfs()
      const [directory, other] = [vfs.directory(path), vfs.directory(path)]
      if (!directory.meeting || !other.meeting) return
      const came: ByteStream[] = []
      const meeting = directory.meeting.open(wayIn, (stream) => {
        came.push(stream)
        stream.onData((bytes) => stream.write(bytes))
      })
      await body({ directory, meeting, came, other, place: other.meeting })
      await directory.close()
    })

  withMeeting('connect() finds no owner where there is none', async ({ directory, place }) => {
    assert.equal((await place.connect()).type, 'gone')
    await directory.lock(0)
    await directory.close()
    assert.equal((await place.connect()).type, 'gone')
  })

  withMeeting('connect() meets the owner that has opened its meeting place', async (both) => {
    await both.directory.lock(0)
    await assert.rejects(both.other.lock(0), isLocked)
    const { owner, secret, stream } = await met(both.place)
    assert.deepEqual([owner.protocol, owner.version], [wayIn.protocol, wayIn.version])
    assert.equal(secret, both.meeting.secret)
    const bytes = pattern(300_000, 4)
    stream.write(bytes)
    assert.deepEqual(await received(stream, bytes.length), bytes)
    stream.close()
  })

  withMeeting('the end of a stream is told at the other', async (both) => {
    await both.directory.lock(0)
    const [one, another] = [await met(both.place), await met(both.place)]
    await until(() => both.came.length === 2)
    one.stream.close()
    await Promise.race(both.came.map((stream) => ended(stream)))
    for (const stream of both.came) stream.close()
    await ended(another.stream)
  })

  withMeeting('an owner that has closed its meeting place sends away who comes', async (both) => {
    await both.directory.lock(0)
    both.meeting.close()
    const { stream } = await met(both.place)
    await ended(stream)
    assert.equal(both.came.length, 0)
  })

  test('connect() says why an owner cannot be met that has opened no meeting place', async () => {
    const { vfs, path } = await makeVfs()
    const [directory, other] = [vfs.directory(path), vfs.directory(path)]
    if (!other.meeting) return
    await directory.lock(0)
    const found = await other.meeting.connect()
    assert.ok(found.type === 'unmet' && found.owner !== null && found.reason !== '')
    await directory.close()
  })

  withMeeting('the secret of each owner is its own', async (both) => {
    const again = both.directory.meeting?.open(wayIn, () => {})
    assert.ok(again && again.secret.length >= 16 && again.secret !== both.meeting.secret)
  })
}

/** A directory that can be met, and another object for it. */
interface Both {
  readonly directory: VfsDirectory
  readonly meeting: OpenMeeting
  /** Who has come to `directory`, and is sent back what it sends. */
  readonly came: readonly ByteStream[]
  readonly other: VfsDirectory
  readonly place: MeetingPlace
}

async function met(place: MeetingPlace): Promise<MetOwner> {
  const found = await place.connect()
  if (found.type !== 'met') throw new Error(`no owner was met: ${found.type}`)
  return found
}

/** The first bytes that come, as many as that. */
function received(stream: ByteStream, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count)
  let filled = 0
  return new Promise((resolve) => {
    stream.onData((part) => {
      bytes.set(part, filled)
      filled += part.length
      if (filled === count) resolve(bytes)
    })
  })
}

function ended(stream: ByteStream): Promise<void> {
  stream.resume()
  return new Promise((resolve) => stream.onClose(resolve))
}

/** Waits until something has come that no promise tells of. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1))
}
