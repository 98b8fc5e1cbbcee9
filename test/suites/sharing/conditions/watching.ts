/** Processes that are told what others commit. */
import { expectThat, type Guest, type Place } from './place.ts'

const own = 'own put numbers sum'
const other = 'other put numbers sum'

/**
 * The owner and a client are told of each other's commits, and of their own. When the owner is killed the client, which
 * succeeds it, is told that it may have missed some, and then of what comes.
 */
export async function watchOthers(place: Place): Promise<void> {
  const [owner, client, third] = [place.guest(), place.guest(), place.guest()]
  await owner.ask('raise')
  await client.ask('raise')
  for (const guest of [owner, client]) await guest.ask('watch')
  for (const guest of [owner, client, third]) await guest.ask('raise')
  await expectSeen(owner, [own, other, other])
  await expectSeen(client, [other, own, other])
  await owner.end()
  for (const guest of [client, third]) await guest.ask('raise')
  await expectSeen(client, [other, own, other, 'missed', own, other])
}

async function expectSeen(guest: Guest, expected: readonly string[]): Promise<void> {
  const seen = await guest.ask(`seen ${expected.length}`)
  expectThat(seen === expected.join(), `seen was ${seen}`)
}
