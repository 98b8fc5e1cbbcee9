/**
 * The database task source of this realm: tasks run one after another, and every listener a task calls is followed by a
 * microtask checkpoint before anything else happens.
 */
import { afterMicrotasks, isTurnDue, takeTurn, wake } from './checkpoint.ts'

/** A task that runs in steps. */
export interface Task {
  /**
   * Does the next piece, with at most one call into script. `'over'`: nothing is left. `'called'`: script has run, and
   * the task goes on after a checkpoint. A task that needs no script does all its work in one step.
   */
  step(): 'over' | 'called'
}

const tasks: (Task | null)[] = []
/** Tasks before this place in `tasks` have run, and null stands for them: nothing may keep their results alive. */
let head = 0
let isScheduled = false

/** What is to be closed at a microtask checkpoint. https://w3c.github.io/IndexedDB/#cleanup-indexed-database-transactions */
export interface Cleanup {
  cleanUp(): void
}

/** Due at the next checkpoint, before the next step: transactions created since the last one. */
let cleanups: Cleanup[] = []
/** Whether a checkpoint is on its way: for the cleanups, or for the next step of a task. */
let isCheckpointComing = false

/** Where the next task goes while `queueInPlace` runs; null: behind all others. */
let place: number | null = null

/** https://w3c.github.io/IndexedDB/#queue-a-database-task */
export function queueDatabaseTask(task: Task): void {
  if (place !== null) tasks.splice(place++, 0, task)
  else tasks.push(task)
  if (isScheduled) return wake()
  isScheduled = true
  if (isTurnDue()) takeTurn(runTasks)
  else goOnAfterMicrotasks()
}

/**
 * For the step of a running task: the tasks that `queue` queues come right behind the running one, as if they had been queued when
 * it was.
 */
export function queueInPlace(queue: () => void): void {
  place = head + 1
  queue()
  place = null
}

/**
 * Cleans up when the current script and its microtasks are over.
 * https://w3c.github.io/IndexedDB/#cleanup-indexed-database-transactions
 */
export function queueCleanup(cleanup: Cleanup): void {
  cleanups.push(cleanup)
  if (isCheckpointComing) return wake()
  isCheckpointComing = true
  runCleanupsAfterMicrotasks()
}

const runTasksAfterMicrotasks = afterMicrotasks(() => {
  isCheckpointComing = false
  runTasks()
})
const runCleanupsAfterMicrotasks = afterMicrotasks(() => {
  isCheckpointComing = false
  runCleanups()
})

function goOnAfterMicrotasks(): void {
  isCheckpointComing = true
  runTasksAfterMicrotasks()
}

function runCleanups(): void {
  const due = cleanups
  cleanups = []
  for (const cleanup of due) cleanup.cleanUp()
}

function runTasks(): void {
  if (cleanups.length > 0) runCleanups()
  for (;;) {
    const task = tasks[head]
    if (!task) return rest()
    // What a listener leaves open is closed before any timer can see it: no turn of the event loop here.
    if (task.step() === 'called') return goOnAfterMicrotasks()
    dequeue()
    if (isTurnDue()) return takeTurn(runTasks)
  }
}

function rest(): void {
  tasks.length = 0
  head = 0
  isScheduled = false
}

/** Drops the first task; moves the rest down only when half of the array is spent. */
function dequeue(): void {
  tasks[head++] = null
  if (head < 1024 || head * 2 < tasks.length) return
  tasks.splice(0, head)
  head = 0
}
