/** How much memory an owner needs for a client. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { scan } from '../../../kit/host-client.ts'
import { Counter } from './counter.ts'
import { expectThat, type Guest, longestMs, type Place, raiserFrom, within } from './place.ts'
import { Stranger } from './stranger.ts'

const MiB = 1024 * 1024
/** How much more the owner may need, whatever it is asked for. */
const mostMiB = 32
/** What each scan is to read. */
const storedMiB = 100
const scanCount = 4
/** How long the client does not read. */
const silenceMs = 3_000

/**
 * An owner keeps little of what a client asks for and does not read. When that reads it gets all of it, and when it is gone others
 * write where it has read. Only Linux tells how much memory a process has had at most. `recordCount`: how many records are stored.
 */
export async function askAndDoNotRead(place: Place, recordCount: number): Promise<string> {
  if (!existsSync('/proc/self/clear_refs')) return 'not run: it takes Linux'
  await fill(place, recordCount)
  const owner = place.guest()
  const raise = raiserFrom(recordCount)
  await raise(owner)
  const client = new Stranger(place)
  await openAndPause(client)
  await raise(owner)
  const before = restartPeak(owner)
  askForAll(client)
  await new Promise((resolve) => setTimeout(resolve, silenceMs))
  const moreMiB = (memoryOf(owner, 'VmHWM') - before) / MiB
  client.socket.resume()
  await within(longestMs, 'the client reads', client.readUntil('done', scanCount))
  const readMiB = client.socket.bytesRead / MiB
  client.socket.destroy()
  await raise(owner)
  const told = `${moreMiB.toFixed(1)} MiB more memory, of ${readMiB.toFixed(0)} MiB asked for`
  expectThat(readMiB > scanCount * storedMiB, `only ${readMiB} MiB were read`)
  expectThat(moreMiB <= mostMiB, told)
  return told
}

/** By another process than the owner to be, whose memory would have grown by it. */
async function fill(place: Place, recordCount: number): Promise<void> {
  const counter = new Counter(place.path)
  for (let i = 0; i < recordCount; i++) await counter.raise((storedMiB * MiB) / recordCount)
  await counter.close()
}

async function openAndPause(client: Stranger): Promise<void> {
  await client.enter()
  client.call({ type: 'open', id: 1, name: 'test', version: undefined })
  await client.readUntil('opened', 1)
  client.socket.pause()
}

function askForAll(client: Stranger): void {
  for (let id = 2; id < 2 + scanCount; id++) {
    client.call(
      {
        type: 'createTransaction',
        id,
        connection: 1,
        storeIds: [1],
        mode: 'readonly',
        durability: 'relaxed',
        resumes: false,
      },
      { type: 'execute', id, operation: scan() },
    )
  }
}

/** Has the most that the process has had begin with what it has now; gives that. */
function restartPeak(guest: Guest): number {
  writeFileSync(`/proc/${guest.child.pid}/clear_refs`, '5')
  return memoryOf(guest, 'VmRSS')
}

function memoryOf({ child }: Guest, field: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  const [, kiB] = new RegExp(`${field}:\\s+(\\d+) kB`).exec(status) ?? []
  expectThat(kiB !== undefined, `no ${field} in ${status}`)
  return Number(kiB) * 1024
}
