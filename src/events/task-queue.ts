/**
 * The database task source of this realm: tasks run one after another, and every listener a task calls is followed by a
 * microtask checkpoint before anything else happens. Whatever goes wrong in one task, the queue goes on.
 *
 * At these checkpoints, before the next step, it also cleans up Indexed Database transactions (`queueCleanup`): both share
 * one look at whether a checkpoint is on its way.
 */
import { afterMicrotasks, isTurnDue, takeTurn, wake } from '../event-loop/checkpoint.ts'
import { reportException } from './report-exception.ts'

/** What may fail in an unforeseen way. */
interface Guarded {
  /** It has thrown: ends what it belongs to, so that nothing waits for the rest of it. */
  cutOff(error: unknown): void
}

/** A task that runs in steps. */
export interface Task extends Guarded {
  /** The one queued after it; only the queue uses this. (No array: a setter that script puts on its prototype would be called.) */
  nextTask: Task | null
  /**
   * Does the next piece, with at most one call into script. `'over'`: nothing is left. `'called'`: script has run, and
   * the task goes on after a checkpoint. A task that needs no script does all its work in one step.
   */
  step(): 'over' | 'called'
}

/** The queue, without the task that is running. */
let first: Task | null = null
let last: Task | null = null
/** null when none has begun. */
let running: Task | null = null
let isScheduled = false

/** What is to be closed at a microtask checkpoint. https://w3c.github.io/IndexedDB/#cleanup-indexed-database-transactions */
export interface Cleanup extends Guarded {
  /** The one queued after it; only the queue uses this. */
  nextCleanup: Cleanup | null
  cleanUp(): void
}

/** Due at the next checkpoint, before the next step: transactions created since the last one. The last one is first. */
let lastCleanup: Cleanup | null = null
/** Whether a checkpoint is on its way. */
let isCheckpointComing = false
/** Whether the queue goes on at that checkpoint, once the cleanups are done. */
let goesOnAtCheckpoint = false

/** How often the queue has been called back. */
let callbackCount = 0
/** What it was when `wakeUp` last asked for a look. */
let seenCount = 0

/** While `queueInPlace` runs: the task it has queued last, null before the first. */
let lastInPlace: Task | null = null
let isInPlace = false

/** https://w3c.github.io/IndexedDB/#queue-a-database-task */
export function queueDatabaseTask(task: Task): void {
  if (isInPlace) insert(task)
  else append(task)
  if (isScheduled) return wakeUp()
  if (isTurnDue()) takeTurn(runTasks)
  else goOnAfterMicrotasks()
  // Not before it is: what cut this off would have cut off the queue.
  isScheduled = true
}

/**
 * For the step of a running task: the tasks that `queue` queues come right after the running one, as if they had been queued when
 * it was.
 */
export function queueInPlace(queue: () => void): void {
  isInPlace = true
  try {
    queue()
  } finally {
    isInPlace = false
    lastInPlace = null
  }
}

/**
 * Cleans up when the current script and its microtasks are over.
 * https://w3c.github.io/IndexedDB/#cleanup-indexed-database-transactions
 */
export function queueCleanup(cleanup: Cleanup): void {
  cleanup.nextCleanup = lastCleanup
  lastCleanup = cleanup
  if (isCheckpointComing) wakeUp()
  else awaitCheckpoint()
}

const requestCheckpoint = afterMicrotasks(() => {
  isCheckpointComing = false
  if (goesOnAtCheckpoint) runTasks()
  else runCleanups()
})

function awaitCheckpoint(): void {
  requestCheckpoint()
  isCheckpointComing = true
}

/** Sees to it that a callback which is coming does come. */
function wakeUp(): void {
  if (wake(lookForForgotten)) seenCount = callbackCount
}

function lookForForgotten(): void {
  if (!isScheduled && !isCheckpointComing) return
  // What was coming has come; what is coming now may be another.
  if (callbackCount !== seenCount) return wakeUp()
  isCheckpointComing = false
  runTasks()
}

function goOnAfterMicrotasks(): void {
  if (isCheckpointComing) wakeUp()
  else awaitCheckpoint()
  goesOnAtCheckpoint = true
}

function runCleanups(): void {
  callbackCount++
  let due: Cleanup | null = null
  while (lastCleanup) {
    const cleanup: Cleanup = lastCleanup
    lastCleanup = cleanup.nextCleanup
    cleanup.nextCleanup = due
    due = cleanup
  }
  while (due) {
    const cleanup: Cleanup = due
    due = cleanup.nextCleanup
    cleanup.nextCleanup = null
    guard(cleanup, cleanUp)
  }
}

function runTasks(): void {
  callbackCount++
  goesOnAtCheckpoint = false
  if (lastCleanup) runCleanups()
  for (;;) {
    running ??= takeFirst()
    if (!running) return void (isScheduled = false)
    // What a listener leaves open is closed before any timer can see it: no turn of the event loop here.
    if (guard(running, step) === 'called') return goOnAfterMicrotasks()
    running = null
    if (isTurnDue()) return takeTurn(runTasks)
  }
}

const step = (task: Task): 'over' | 'called' => task.step()
const cleanUp = (cleanup: Cleanup): void => cleanup.cleanUp()

/** What is thrown here is thrown by us; script's own exceptions are caught where it is called. */
function guard<Item extends Guarded, Result>(
  item: Item,
  run: (item: Item) => Result,
): Result | null {
  try {
    return run(item)
  } catch (error) {
    reportException(error)
    cutOff(item, error)
    return null
  }
}

function cutOff(item: Guarded, error: unknown): void {
  try {
    item.cutOff(error)
  } catch (another) {
    reportException(another)
  }
}

function append(task: Task): void {
  if (last) last.nextTask = task
  else first = task
  last = task
}

function insert(task: Task): void {
  task.nextTask = lastInPlace ? lastInPlace.nextTask : first
  if (lastInPlace) lastInPlace.nextTask = task
  else first = task
  if (task.nextTask === null) last = task
  lastInPlace = task
}

function takeFirst(): Task | null {
  const task = first
  if (!task) return null
  first = task.nextTask
  if (!first) last = null
  task.nextTask = null
  return task
}
