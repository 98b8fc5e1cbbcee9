/** Connections of several processes that keep a deletion waiting. */
import { isDeepStrictEqual } from 'node:util'
import type { IDBErrorCause } from '../../../../src/index.ts'
import { status } from '../../../../src/status.ts'
import type { Told } from './holding.ts'
import { expectThat, type Guest, type Place } from './place.ts'

/** A deletion names the process of each connection in its way, and where it was opened if that process explains, wherever it is asked for. */
export async function nameBlockers(place: Place): Promise<void> {
  const [owner, explained, unexplained] = [place.guest(), place.guest(), place.guest()]
  await owner.ask('hold explained')
  await explained.ask('hold explained')
  await explained.ask('hold explained')
  await unexplained.ask('hold unexplained')
  const client = place.guest()
  await expectTold(client, owner, [explained, unexplained], place)
  // Its deletion is given up with it: one that waits for another is not blocked itself.
  await client.end()
  await expectTold(owner, null, [explained, unexplained], place)
}

/** `owner` null: the one who asks is it, and holds a connection itself. */
async function expectTold(
  asking: Guest,
  owner: Guest | null,
  [explained, unexplained]: readonly [Guest, Guest],
  place: Place,
): Promise<void> {
  const answer = await asking.ask('delete')
  const { message, cause } = JSON.parse(answer.replace(/^blocked /, '')) as Told
  const { blockers } = cause as Pick<Required<IDBErrorCause>, 'blockers'>
  const known = await status(place.path)
  const clients = known.state === 'shared' ? known.clients : []
  const holderOf = ({ child: { pid } }: Guest): object => {
    const id = clients.find((it) => it.pid === pid)?.id
    return { holder: 'client', id, pid, thread: 0 }
  }
  const here = { holder: 'here', id: null, pid: null, thread: null }
  const expected = [
    {
      ...(owner ? { ...here, holder: 'owner', pid: owner.child.pid, thread: 0 } : here),
      ...held(1),
    },
    { ...holderOf(explained), ...held(2) },
    { ...holderOf(unexplained), connections: 1, opened: 0 },
  ]
  const found = blockers.map(({ opened, ...it }) => ({ ...it, opened: opened.length }))
  expectThat(isDeepStrictEqual(found, expected), `blockers were ${JSON.stringify(blockers)}`)
  for (const { child } of [explained, unexplained]) {
    expectThat(message.includes(`in process ${child.pid}`), `the message was ${message}`)
  }
}

/** That many connections, which are explained. */
function held(count: number) {
  return { connections: count, opened: count }
}
