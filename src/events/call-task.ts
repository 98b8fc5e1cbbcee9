import { queueDatabaseTask, type Task } from './task-queue.ts'

/** Queues a task that calls `run` once, which may call script, once. */
export function queueCall(run: () => void): void {
  queueDatabaseTask(new CallTask(run))
}

class CallTask implements Task {
  nextTask: Task | null = null
  #run: (() => void) | null

  constructor(run: () => void) {
    this.#run = run
  }

  step(): 'over' | 'called' {
    const run = this.#run
    this.#run = null
    run?.()
    return run ? 'called' : 'over'
  }

  /** Nothing waits for it. */
  cutOff(): void {}
}
