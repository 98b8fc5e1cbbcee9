import { beforeEach, expect, test, vi } from 'vitest'
import { type Task, queueDatabaseTask, queueInPlace } from '../../../src/events/task-queue.ts'

/** A task that notes when it runs. */
class NotingTask implements Task {
  nextTask: Task | null = null
  readonly run: () => 'over' | 'called'
  readonly cutOffBy: unknown[] = []

  constructor(run: () => 'over' | 'called') {
    this.run = run
  }

  step(): 'over' | 'called' {
    return this.run()
  }

  cutOff(error: unknown): void {
    this.cutOffBy.push(error)
  }
}

/** Queues what it notes. */
function note(log: string[], text: string): void {
  queueDatabaseTask(
    new NotingTask(() => {
      log.push(text)
      return 'over'
    }),
  )
}

/** Resolves when all tasks that are queued now have run. */
function allRun(): Promise<void> {
  return new Promise((resolve) => {
    queueDatabaseTask(
      new NotingTask(() => {
        resolve()
        return 'over'
      }),
    )
  })
}

const { reported } = vi.hoisted(() => ({ reported: [] as unknown[] }))
vi.mock('../../../src/events/report-exception.ts', () => ({
  reportException: (error: unknown) => reported.push(error),
}))
beforeEach(() => void (reported.length = 0))

test('tasks queued in place come after the running one, in their order and before all others', async () => {
  const log: string[] = []
  queueDatabaseTask(
    new NotingTask(() => {
      queueInPlace(() => {
        note(log, 'in place 1')
        note(log, 'in place 2')
      })
      note(log, 'last')
      return 'over'
    }),
  )
  note(log, 'after')
  await allRun()
  await allRun()
  expect(log).toEqual(['in place 1', 'in place 2', 'after', 'last'])
})

test('a task that goes on after a checkpoint keeps its place', async () => {
  const log: string[] = []
  let steps = 0
  queueDatabaseTask(
    new NotingTask(() => {
      log.push(`step ${++steps}`)
      queueMicrotask(() => log.push('microtask'))
      return steps < 3 ? 'called' : 'over'
    }),
  )
  note(log, 'after')
  await allRun()
  expect(log.filter((it) => it !== 'microtask')).toEqual(['step 1', 'step 2', 'step 3', 'after'])
  expect(log.slice(0, 4)).toEqual(['step 1', 'microtask', 'step 2', 'microtask'])
})

test('what a task throws is reported and cuts off that task alone', async () => {
  const log: string[] = []
  const error = new Error('no memory')
  const failing = new NotingTask(() => {
    throw error
  })
  queueDatabaseTask(failing)
  note(log, 'after')
  await allRun()
  expect(log).toEqual(['after'])
  expect(failing.cutOffBy).toEqual([error])
  expect(reported).toEqual([error])
})

test('tasks that could not be queued in place do not keep later ones from their own place', async () => {
  const log: string[] = []
  queueDatabaseTask(
    new NotingTask(() => {
      queueInPlace(() => {
        throw new Error('no memory')
      })
      return 'over'
    }),
  )
  note(log, 'first')
  await allRun()
  note(log, 'second')
  note(log, 'third')
  await allRun()
  expect(log).toEqual(['first', 'second', 'third'])
})

/** The queue as it is in a runtime that loses ticks while it is told to, and what cleanups have run. */
async function queueLosingTicks() {
  const { nextTick } = process
  const state = { isLosing: false, ticks: 0, ran: [] as string[] }
  vi.spyOn(process, 'nextTick').mockImplementation((...call) => {
    state.ticks++
    if (!state.isLosing) Reflect.apply(nextTick, process, call)
  })
  vi.resetModules()
  const { queueCleanup, queueDatabaseTask: queueTask } =
    await import('../../../src/events/task-queue.ts')
  vi.restoreAllMocks()
  const queue = (name: string): void =>
    queueCleanup({ nextCleanup: null, cleanUp: () => void state.ran.push(name), cutOff() {} })
  const queueNoting = (name: string): void =>
    queueTask(
      new NotingTask(() => {
        state.ran.push(name)
        return 'over'
      }),
    )
  return { state, queue, queueNoting }
}

test('what is queued in one turn to be cleaned up, and as a task, shares one checkpoint', async () => {
  const { state, queue, queueNoting } = await queueLosingTicks()
  queue('cleanup')
  queueNoting('task')
  await new Promise(setImmediate)
  expect(state).toMatchObject({ ran: ['cleanup', 'task'], ticks: 1 })
})

test('a task that shares a checkpoint the platform has lost is run all the same', async () => {
  const { state, queue, queueNoting } = await queueLosingTicks()
  state.isLosing = true
  queue('cleanup')
  await new Promise(setImmediate)
  queueNoting('task')
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  expect(state.ran).toEqual(['cleanup', 'task'])
})

test('a tick that the platform has lost is made up for when the next cleanup is queued', async () => {
  const { state, queue } = await queueLosingTicks()
  state.isLosing = true
  queue('first')
  await new Promise(setImmediate)
  expect(state.ran).toEqual([])
  state.isLosing = false
  queue('second')
  await new Promise(setImmediate)
  expect(state.ran).toEqual(['first', 'second'])
})

test('a tick lost in the turn in which an earlier one has come is made up for, too', async () => {
  const { state, queue } = await queueLosingTicks()
  queue('first')
  queue('second')
  await new Promise(process.nextTick)
  await new Promise(process.nextTick)
  expect(state.ran).toEqual(['first', 'second'])
  state.isLosing = true
  queue('third')
  for (let microtask = 0; microtask < 3; microtask++) await Promise.resolve()
  queue('fourth')
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  expect(state.ran).toEqual(['first', 'second', 'third', 'fourth'])
})
