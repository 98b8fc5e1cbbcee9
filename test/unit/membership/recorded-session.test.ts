/**
 * Sessions as earlier releases have recorded them: this release understands both of their ends. A new protocol adds a file, which
 * `RECORD_SESSION=1 npx vitest run test/unit/membership/recorded-session.test.ts` writes.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { protocolRange } from '../../../src/membership/hello.ts'
import { readAnswer } from '../../../src/port/codec.ts'
import type { Answer } from '../../../src/port/messages.ts'
import { ParcelReader } from '../../../src/port/parcel.ts'
import { FrameReader } from '../../../src/port/stream/frame-reader.ts'
import { settle } from '../../kit/host-client.ts'
import { playClient, playOwner, type Turn } from '../../kit/recorded-session.ts'
import { streamPair } from '../../kit/streams.ts'

const directory = new URL('sessions/', import.meta.url)
const current = new URL(`protocol-${protocolRange[1]}.json`, directory)

interface Session {
  readonly turns: readonly Turn[]
  /** What the client was told. */
  readonly told: unknown
}

/** As it looks in a file. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, it) => (it instanceof Map ? [...it] : it)))

async function record(): Promise<Session> {
  const turns: { from: Turn['from']; bytes: number[] }[] = []
  const [ownStream, stream] = streamPair({
    record(end, bytes) {
      const from = end === 0 ? 'client' : 'owner'
      if (turns.at(-1)?.from !== from) turns.push({ from, bytes: [] })
      turns.at(-1)?.bytes.push(...bytes)
    },
  })
  const served = playOwner(ownStream)
  const told = plain(await playClient(stream))
  await served
  return {
    turns: turns.map(({ from, bytes }) => ({ from, bytes: Buffer.from(bytes).toString('base64') })),
    told,
  }
}

if (process.env['RECORD_SESSION']) {
  writeFileSync(current, `${JSON.stringify(await record(), null, 2)}\n`)
}

const sessions = readdirSync(directory).map((file): [string, Session] => [
  file,
  JSON.parse(readFileSync(new URL(file, directory), 'utf8')) as Session, // Written by record().
])

test('the session of the protocol that this release speaks is recorded', () => {
  expect(existsSync(current)).toBe(true)
})

/** What an owner has said, whatever it came in. */
function saidIn(chunks: readonly Uint8Array[]): unknown[] {
  const said: unknown[] = []
  const reader = new FrameReader(2 ** 30, (parcel) => {
    const contents = new ParcelReader(parcel)
    const isHello = said.length === 0
    if (isHello) said.push([contents.number(), contents.object()])
    while (!contents.isAtEnd) said.push(plainAnswer(readAnswer(contents)))
  })
  for (const chunk of chunks) reader.read(chunk)
  return said
}

/** A record without its place in the parcel; a database without the number by which it is told from others of its name, which is random. */
function plainAnswer(answer: Answer): unknown {
  if ('incarnation' in answer) return { ...answer, incarnation: null }
  if (answer.type !== 'record') return answer
  const { bytes, keyStart, valueEnd } = answer.record
  return { ...answer, record: [...bytes.subarray(keyStart, valueEnd)] }
}

test.each(sessions)('an owner of this release takes the client of %s', async (_file, { turns }) => {
  const [ownStream, stream] = streamPair()
  const answered: Uint8Array[] = []
  stream.onData((bytes) => answered.push(bytes))
  const served = playOwner(ownStream)
  const recorded: Uint8Array[] = []
  for (const { from, bytes } of turns) {
    const chunk = Buffer.from(bytes, 'base64')
    if (from === 'owner') recorded.push(chunk)
    else stream.write(chunk)
    await settle()
  }
  await served
  expect(saidIn(answered)).toMatchObject(saidIn(recorded))
})

test.each(sessions)(
  'a client of this release understands the owner of %s',
  async (_file, { turns, told }) => {
    const [ownStream, stream] = streamPair()
    let asked = 0
    ownStream.onData(() => asked++)
    const playing = playClient(stream)
    for (const { from, bytes } of turns) {
      await settle()
      if (from === 'owner') ownStream.write(Buffer.from(bytes, 'base64'))
    }
    expect(plain(await playing)).toEqual(told)
    expect(asked).toBeGreaterThan(0)
  },
)
