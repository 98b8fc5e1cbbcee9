/** Bad conditions around the directory: its path, the clocks, the disk, other users. */
import { existsSync } from 'node:fs'
import type { SmallDisk } from '../../../kit/disks/small-disk.ts'
import { runtimeCommand } from '../../../kit/runtimes.ts'
import { expectThat, type Place } from './place.ts'

/** Two processes raise the counter in turns, and the second goes on when the first is killed. */
export async function takeTurns(place: Place): Promise<void> {
  const [owner, other] = [place.guest(), place.guest()]
  const answers = [await owner.ask('raise'), await other.ask('raise'), await owner.ask('raise')]
  await owner.end()
  answers.push(await other.ask('raise'))
  expectThat(answers.join() === 'raised 1,raised 2,raised 3,raised 4', answers.join())
}

const dayMs = 86_400_000

/** Owners of tomorrow and of yesterday are owners, and are succeeded like any other. */
export async function wrongClocks(place: Place): Promise<void> {
  const guests = [dayMs, -dayMs, 0, -dayMs].map((clockOffsetMs) => place.guest({ clockOffsetMs }))
  let sum = 0
  for (const [i, owner] of guests.entries()) {
    for (const guest of guests.slice(i)) {
      const answer = await guest.ask('raise')
      expectThat(answer === `raised ${++sum}`, answer)
    }
    await owner.end()
  }
}

/** One that takes over on a full disk says so, loses nothing, and goes on when there is room. */
export async function fullDisk(place: Place, disk: SmallDisk): Promise<void> {
  const [owner, other] = [place.guest(), place.guest()]
  const answers = [await owner.ask('raise'), await other.ask('raise')]
  expectThat(answers.join() === 'raised 1,raised 2', answers.join())
  disk.fill(0)
  await owner.end()
  const full = await other.ask('raise')
  const isToldOrDone =
    full === 'raised 3' || /^failed (QuotaExceeded|Unknown|Abort)Error/.test(full)
  expectThat(isToldOrDone, `on a full disk: ${full}`)
  disk.free()
  const sum = full === 'raised 3' ? 4 : 3
  // A connection that the full disk ended is opened again by the next request.
  const again = await other.ask('raise')
  const last = again.startsWith('failed') ? await other.ask('raise') : again
  expectThat(last === `raised ${sum}`, `with room again: ${again}, ${last}`)
}

const otherUser = 65_534

/** Another user of the machine gets an error, and not even a connection. Only the superuser can be another. */
export async function anotherUser(place: Place): Promise<string> {
  if (process.getuid?.() !== 0) return 'not run: it takes the superuser'
  const owner = place.guest()
  await owner.ask('raise')
  place.openToAll()
  const answer = await place.guest({ uid: otherUser }).ask('raise')
  expectThat(/^failed \w+Error: .*(EACCES|permission|another user)/i.test(answer), answer)
  expectThat(existsSync(place.socket()), 'the socket is gone')
  const again = await owner.ask('raise')
  expectThat(again === 'raised 2', again)
  return 'refused'
}

/** Deno with permission for the directory alone says which one is missing: as a client, and to clients of it as an owner. */
export async function denoPermissions(place: Place): Promise<void> {
  const [deno = ''] = await runtimeCommand('deno')
  const readable = `--allow-read=${place.path},${place.programs}`
  const runtime = [deno, 'run', '--quiet', '--no-prompt', readable, `--allow-write=${place.path}`]
  const missing = /cannot be shared with, because .*Requires net access to "unix:.*--allow-net/
  const owner = place.guest()
  const answers = [await owner.ask('raise')]
  const refused = await place.guest({ runtime }).ask('raise')
  expectThat(missing.test(refused), `as a client: ${refused}`)
  const permitted = place.guest({ runtime: [...runtime, '--allow-net'] })
  answers.push(await permitted.ask('raise'), await owner.ask('raise'))
  await permitted.end()
  // That a killed one is dead it could not tell.
  await owner.ask('close')
  await owner.end()
  const alone = place.guest({ runtime })
  answers.push(await alone.ask('raise'))
  const other = await place.guest().ask('raise')
  expectThat(missing.test(other), `of an owner: ${other} after ${answers.join()}`)
  expectThat(answers.join() === 'raised 1,raised 2,raised 3,raised 4', answers.join())
}
