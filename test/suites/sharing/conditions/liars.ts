/** Those who come to the owner's socket and are not what they say, or say what no client does: each ends itself, and no other. */
import { expectThat, type Place, raiserFrom, within } from './place.ts'
import { Stranger, strangersId } from './stranger.ts'

/** How long until one that says nothing more is cut off, with room for a machine that is busy. */
const patienceMs = 180_000

type Lie = (liar: Stranger, others: readonly string[]) => Promise<void> | void

const head = (...numbers: number[]): Uint8Array => new Uint8Array(Uint32Array.from(numbers).buffer)

/** Ends the liar before it is a client. */
const atTheDoor: [what: string, lie: Lie][] = [
  ['a frame of 2^32 - 1 bytes', ({ socket }) => void socket.write(head(0xffff_ffff, 0, 0, 0))],
  ['half a frame and silence', ({ socket }) => void socket.write(head(1_000, 16, 2, 0))],
  ['the wrong secret', (liar) => liar.sayHello({ secret: 'x'.repeat(32) })],
  ['no secret', (liar) => liar.sayHello({ secret: null })],
  ['no client id', (liar) => liar.sayHello({ client: '' })],
  [
    'nonsense along with its hello',
    (liar) => sayAtOnce(liar, () => liar.socket.write(new Uint8Array(64).fill(0xab))),
  ],
]

/** Its hello, and what is said along with it in one piece. */
function sayAtOnce(liar: Stranger, say: () => void): void {
  liar.socket.cork()
  liar.sayHello()
  say()
  liar.socket.uncork()
}

const mark = (client: string) => ({ client, slot: 0, number: 1 })

/** Ends the liar once it is a client. `others`: the ids of those who are there. */
const asClient: [what: string, lie: Lie][] = [
  ['hello a second time', (liar) => liar.sayHello()],
  ['nonsense', ({ socket }) => void socket.write(new Uint8Array(64).fill(0xab))],
  [
    "another's mark",
    (liar, [other = '']) => liar.call({ type: 'outcomeOf', id: 1, name: 'db', mark: mark(other) }),
  ],
  [
    "that another's marks be forgotten",
    (liar, [other = '']) => liar.call({ type: 'forgetMarks', id: 0, client: other }),
  ],
  [
    'that it has taken what was never sent',
    (liar) => liar.call({ type: 'ack', id: 0, parcels: 9 }),
  ],
  [
    'to commit what there is not',
    (liar) => liar.call({ type: 'commit', id: 7, failuresSeen: 0, mark: undefined }),
  ],
]

/** Only the liar's connection ends, each time; the owner and its other client go on. */
export async function liars(place: Place): Promise<string> {
  const [owner, other] = [place.guest(), place.guest()]
  const raise = raiserFrom(0)
  await raise(owner)
  await raise(other)
  for (const [what, lie] of atTheDoor) {
    const liar = new Stranger(place)
    await lie(liar, [])
    await within(patienceMs, `one that says ${what} is cut off`, liar.closed)
    await raise(other)
  }
  for (const [what, lie] of asClient) {
    const liar = new Stranger(place)
    const others = (await liar.enter()).filter((id) => id !== strangersId)
    expectThat(others.length === 1, `before ${what} ${others.length} others are there`)
    await lie(liar, others)
    await within(patienceMs, `one that says ${what} is cut off`, liar.closed)
    await raise(other)
  }
  await asAnother(place, () => raise(other))
  await raise(owner)
  expectThat(owner.child.exitCode === null, 'the owner has ended')
  return `${atTheDoor.length + asClient.length + 1} lies`
}

/** One that says it is another client takes its place; that one comes again, and loses nothing. A client is silent within a frame. */
async function asAnother(place: Place, raise: () => Promise<void>): Promise<void> {
  const first = new Stranger(place)
  const [client = ''] = (await first.enter()).filter((id) => id !== strangersId)
  first.socket.write(head(512 * 1024 * 1024, 16, 2, 0))
  const liar = new Stranger(place)
  await liar.enter({ client })
  await raise()
  await within(patienceMs, 'one that says it is another is replaced by it', liar.closed)
  first.socket.destroy()
}
