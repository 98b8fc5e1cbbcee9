/** An owner's reception and those who knock there, on channels and locks in memory. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Broker } from '../../../src/membership/browser/broker.ts'
import { Knocking } from '../../../src/membership/browser/knocking.ts'
import { meetingPointOf } from '../../../src/membership/browser/meeting-point.ts'
import type { NoteDesk } from '../../../src/membership/browser/parting/note-desk.ts'
import { Reception, type ReceptionParts } from '../../../src/membership/browser/reception.ts'
import { beginLife } from '../../../src/membership/browser/web-locks.ts'
import { greetOwner } from '../../../src/membership/greeting.ts'
import { protocolRange } from '../../../src/membership/hello.ts'
import { Roster } from '../../../src/membership/roster.ts'
import { FakeLocks } from '../../kit/fake-locks.ts'
import { eventually } from '../../kit/eventually.ts'

const point = meetingPointOf(`/reception of ${process.pid}`)
const [owner, guest] = ['owner-0123456789', 'guest-0123456789']
const hello = {
  protocol: protocolRange,
  version: '1.2.3',
  formats: { value: 1, file: 1 },
}
let roster: Roster
let served: string[]
/** Resolves when no note has to be executed. */
let idle: Promise<void>
let reception: Reception
/** The last that is served says goodbye. */
let goodbye: () => void
let endPort: { readonly mock: { readonly calls: unknown[][] } }
const begun: Knocking[] = []

beforeEach(async () => {
  vi.stubGlobal('navigator', { locks: new FakeLocks() })
  served = []
  idle = Promise.resolve()
  roster = new Roster({ own: owner, returning: null })
  const desk: Partial<NoteDesk> = { executedOf: () => Promise.resolve(), left() {}, close() {} }
  Object.defineProperty(desk, 'idle', { get: () => idle })
  const parts: ReceptionParts = {
    point,
    roster,
    desk: desk as NoteDesk, // What a reception uses of it.
    own: { ...hello, client: owner, title: null },
    load: () => [],
    report: (failure) => served.push(failure.message),
    reachBroker: () => Promise.resolve(null),
    serve(port, { client, left }) {
      goodbye = left
      endPort = vi.spyOn(port, 'end')
      served.push(`${client} is served`)
      const leave = (): void => {
        served.push(`${client} is ended`)
        left()
      }
      return { tellRoster() {}, mute() {}, leave }
    },
  }
  reception = await Reception.open(parts, beginLife())
})

afterEach(() => {
  reception.close()
  for (const knocking of begun.splice(0)) knocking.close()
  vi.unstubAllGlobals()
})

test('one that knocks over a channel is served until its life ends', async () => {
  const { life, enter } = await visitor(guest, null)
  await enter()
  await eventually(() => expect(served).toEqual([`${guest} is served`]))
  expect(roster.clients).toEqual([guest])
  life.end()
  await eventually(() => expect(served).toEqual([`${guest} is served`, `${guest} is ended`]))
  expect(roster.clients).toEqual([])
})

test('the port of one that says goodbye is closed here, too', async () => {
  const { enter } = await visitor(guest, null)
  await enter()
  await eventually(() => expect(served).toEqual([`${guest} is served`]))
  goodbye()
  await eventually(() => expect(endPort.mock.calls).toHaveLength(1))
  expect(roster.clients).toEqual([])
})

test('one whose port lies with a broker that the owner cannot reach comes over a channel', async () => {
  const ports: MessagePort[] = []
  const broker: Broker = {
    leave: (_, port) => ports.push(port),
    line: () => new MessageChannel().port1,
    failed: new Promise(() => {}),
  }
  const { enter } = await visitor(guest, broker)
  await enter()
  await eventually(() => expect(served).toEqual([`${guest} is served`]))
  for (const port of ports) port.close()
})

test('lets one in once the notes of those who have gone are executed', async () => {
  let execute = (): void => {}
  idle = new Promise((resolve) => (execute = resolve))
  const { enter } = await visitor(guest, null)
  const entered = enter().then(() => 'in')
  expect(await Promise.race([entered, pause()])).toBe('still out')
  execute()
  expect(await entered).toBe('in')
})

test('one that closes ends those who are there, and its own life', async () => {
  const { enter } = await visitor(guest, null)
  const { gone } = await enter()
  await eventually(() => expect(served).toEqual([`${guest} is served`]))
  reception.close()
  expect(served).toEqual([`${guest} is served`, `${guest} is ended`])
  await eventually(async () => expect(await gone()).toBe(true))
})

/** One that knocks; `enter` says its hello once it is let in. */
async function visitor(client: string, broker: Broker | null) {
  const life = await beginLife()
  const knocking = new Knocking(point, life.id, broker)
  begun.push(knocking)
  const enter = async () => {
    const { port, welcome } = await knocking.entered
    const own = { ...hello, client, secret: null, durability: 'relaxed', quotaBytes: null } as const
    await greetOwner(port, own, new AbortController().signal)
    port.end()
    const held = async (): Promise<string[]> =>
      ((await navigator.locks.query()).held ?? []).map(({ name }) => String(name))
    return { gone: async () => (await held()).every((name) => !name.includes(welcome.life)) }
  }
  return { life, enter }
}

function pause(): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('still out'), 30))
}
