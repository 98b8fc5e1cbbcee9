/** Bad conditions of the owner's socket. */
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { seededRandom } from '../../../kit/history/random.ts'
import { Counter } from './counter.ts'
import { cutter } from './cutter.ts'
import { expectThat, longestMs, type Place, within } from './place.ts'

/** A socket that a killed owner left is in nobody's way. */
export async function leftBehind(place: Place): Promise<void> {
  for (let round = 1; round <= 3; round++) {
    const guest = place.guest()
    const answer = await guest.ask('raise')
    expectThat(answer === `raised ${round}`, answer)
    await guest.end()
    expectThat(statSync(place.socket()).isSocket(), 'the killed owner has left no socket')
  }
}

/** What takes the socket's place keeps others out, with an error that says so; when it is gone, or the owner, they are in. */
export async function replaced(place: Place): Promise<void> {
  let sum = 0
  for (const replace of [
    (path: string) => mkdirSync(path),
    (path: string) => writeFileSync(path, ''),
  ]) {
    const owner = place.guest()
    const other = place.guest()
    const first = await owner.ask('raise')
    expectThat(first === `raised ${++sum}`, first)
    const socket = place.socket()
    rmSync(socket)
    replace(socket)
    const answer = other.ask('raise')
    const own = await owner.ask('raise')
    expectThat(own === `raised ${++sum}`, own)
    await owner.end()
    rmSync(socket, { recursive: true, force: true })
    // It waits until the owner is gone, or has been told what is in its way.
    const text = await answer
    expectThat(text === `raised ${sum + 1}` || text.startsWith('failed UnknownError'), text)
    if (text.startsWith('raised')) sum++
    const again = await other.ask('raise')
    expectThat(again === `raised ${++sum}`, again)
    await other.end()
  }
}

/** Connections that say nothing take nothing from those that do, and are cut off. */
export async function thousandConnections(place: Place): Promise<void> {
  const [owner, other] = [place.guest(), place.guest()]
  await owner.ask('raise')
  const sockets = Array.from({ length: 1_000 }, () => net.connect(place.socket()))
  const closed = sockets.map((socket) => closing(socket))
  const answers = [await other.ask('raise'), await owner.ask('raise')]
  expectThat(answers.join() === 'raised 2,raised 3', answers.join())
  await within(longestMs, 'the silent connections are cut off', Promise.all(closed))
  const last = await other.ask('raise')
  expectThat(last === 'raised 4', last)
}

/** Whatever is said at the socket, only that connection ends. */
export async function nonsense(place: Place): Promise<void> {
  const [owner, other] = [place.guest(), place.guest()]
  await owner.ask('raise')
  await other.ask('raise')
  const random = seededRandom(1)
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256))
  const head = (...numbers: number[]): Uint8Array =>
    new Uint8Array(Uint32Array.from(numbers).buffer)
  const openings = [
    ...Array.from({ length: 100 }, () => bytes(1 + random.below(300))),
    new Uint8Array(0),
    new TextEncoder().encode('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    head(0xffff_ffff, 0, 0, 0),
    head(8, 0xffff_ffff, 0, 0),
    head(8, 0, 0xffff_ffff, 0),
    head(8, 0, 0, 0xffff_ffff),
    head(64 * 1024 * 1024, 0, 0, 0),
    head(0, 0, 0, 0),
    head(16),
    bytes(1_000_000),
  ]
  const closed = openings.map((opening) => {
    const socket = net.connect(place.socket())
    socket.write(opening)
    return closing(socket)
  })
  await within(longestMs, 'the connections that say nonsense are cut off', Promise.all(closed))
  const answers = [await other.ask('raise'), await owner.ask('raise')]
  expectThat(answers.join() === 'raised 3,raised 4', answers.join())
}

function closing(socket: net.Socket): Promise<void> {
  socket.on('error', () => {})
  socket.resume()
  return new Promise((resolve) => socket.on('close', () => resolve()))
}

/** A connection that is cut after any byte of a session is replaced by another, and nothing is lost or done twice. */
export async function cutEverywhere(place: Place, step: number): Promise<string> {
  const owner = place.guest()
  let sum = 1
  await owner.ask('raise')
  const socket = place.socket()
  const hidden = `${socket}.hidden`
  renameSync(socket, hidden)
  const proxy = await cutter(socket, hidden)
  let cuts = 0
  try {
    for (const side of ['owner', 'client'] as const) {
      for (let bytes = 0; ; bytes += step) {
        const wasCut = proxy.cutNext(side, bytes)
        const counter = new Counter(place.path)
        for (const size of [0, 1_000]) {
          const found = await within(
            longestMs,
            `raise, cut after ${bytes} of the ${side}`,
            counter.raise(size),
          )
          expectThat(
            found === ++sum,
            `cut after ${bytes} bytes of the ${side}: ${found} and not ${sum}`,
          )
        }
        await within(longestMs, 'close', counter.close())
        if (!wasCut()) break
        cuts++
      }
    }
  } finally {
    proxy.close()
  }
  return `${cuts} cuts`
}
