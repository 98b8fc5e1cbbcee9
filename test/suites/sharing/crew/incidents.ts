/** What is done to the members. */
import { now } from '../load/log.ts'
import type { Member, ThreadLog } from './member.ts'
import { type Crew, patience, readOwner } from './crew.ts'

/** Does something to a crew; resolves when all that are left go on. */
export type Act = (crew: Crew) => Promise<void>

/** Kills the owner in the middle of its work; another process takes its place in the crew. */
export const killOwner: Act = async (crew) => {
  const { member } = await crew.waitForOwner()
  await endBy(crew, member, 'owner killed', () => member.child.kill('SIGKILL'))
}

/** Kills a process that does not own the directory. */
export const killClient: Act = async (crew) => {
  const { member: owner } = await crew.waitForOwner()
  const member = crew.options.random.pick(crew.members.filter((other) => other !== owner))
  await endBy(crew, member, 'client killed', () => member.child.kill('SIGKILL'))
}

/** The owner's process ends by process.exit(). */
export const exitOwner: Act = async (crew) => {
  const { member } = await crew.waitForOwner()
  await endBy(crew, member, 'owner exits', () => member.tell('exit'))
}

/** The owner's process ends by an error that nothing catches. */
export const throwInOwner: Act = async (crew) => {
  const { member } = await crew.waitForOwner()
  await endBy(crew, member, 'owner throws', () => member.tell('throw'))
}

/** A process finishes its work and ends, one joins. */
export const replaceMember: Act = async (crew) => {
  const member = crew.options.random.pick(crew.members)
  await endBy(crew, member, 'member finishes', () => member.tell('finish'))
}

async function endBy(crew: Crew, member: Member, what: string, end: () => void): Promise<void> {
  crew.letGo(member)
  const at = crew.note(what, member.threads)
  end()
  await crew.untilAllGoOn(at)
  await endOf(crew, member)
  crew.start()
}

async function endOf(crew: Crew, member: Member): Promise<void> {
  await crew.until(() => {
    member.read()
    return member.hasExited
  })
  member.closeLogs()
}

/** The owning thread closes its factory, and goes on as one of the others. */
export const leaveAsOwner: Act = async (crew) => {
  const { member, place } = await crew.waitForOwner()
  await goOnAfter(crew, 'owner leaves', [], () => member.tell(`leave ${place}`))
}

/** The owning worker is ended from outside. Of a main thread the process is killed instead. */
export const terminateOwner: Act = async (crew) => {
  const { member, place } = await crew.waitForOwner()
  if (place === 0) return leaveAsOwner(crew)
  const gone = member.threads[place]
  await goOnAfter(crew, 'owner terminated', gone ? [gone] : [], () => member.terminate(place))
}

async function goOnAfter(
  crew: Crew,
  what: string,
  gone: readonly ThreadLog[],
  act: () => void,
): Promise<void> {
  const at = crew.note(what, gone)
  act()
  await crew.untilAllGoOn(at)
}

/** Owners that are stopped for longer are named to those that wait. */
const namedAfterMs = 5_000
/** How much later they may be told of it, on a machine with much else to do. */
const tellingMs = 30_000
/** What the owner had answered before it was stopped may still arrive, later where the processors are busy. */
const arrivingMs = 500

/** Stops the owner for a while: nobody takes the directory, and all go on when it does. */
export function stopOwner(ms: number): Act {
  return async (crew) => {
    const { member } = await crew.waitForOwner()
    const before = readOwner(crew.options.path)
    member.isStopped = true
    member.child.kill('SIGSTOP')
    const at = crew.note('owner stopped', member.threads)
    try {
      await crew.wait(ms)
      const after = readOwner(crew.options.path)
      if (before?.pid !== after?.pid)
        crew.wrong.push(`robbed: the stopped owner ${before?.pid}, by ${after?.pid}`)
      checkWaiting(crew, { member, at })
      if (ms > namedAfterMs) await checkNamed(crew, { member, at, pid: before?.pid })
    } finally {
      member.child.kill('SIGCONT')
      member.isStopped = false
    }
    await crew.untilAllGoOn(now())
  }
}

function checkWaiting(crew: Crew, { member, at }: { member: Member; at: number }): void {
  for (const log of othersOf(crew, member)) {
    const done = log.lines.findLast((line) => line.t === 'done')
    if (done && done.at > at + arrivingMs * patience()) {
      crew.wrong.push(`${log.thread} was told that a task is done while the owner was stopped`)
    }
  }
}

async function checkNamed(
  crew: Crew,
  { member, at, pid }: { member: Member; at: number; pid: number | undefined },
): Promise<void> {
  const isNamedIn = ({ lines }: ThreadLog): boolean =>
    lines.some((line) => line.t === 'warned' && line.at > at && line.message.includes(String(pid)))
  const late = performance.now() + tellingMs
  await crew.until(() => othersOf(crew, member).every(isNamedIn) || performance.now() > late)
  for (const log of othersOf(crew, member)) {
    if (!isNamedIn(log)) crew.wrong.push(`${log.thread} was not warned of the stopped owner ${pid}`)
  }
}

function othersOf(crew: Crew, member: Member): ThreadLog[] {
  return crew.members.filter((other) => other !== member).flatMap(({ threads }) => threads)
}
