/** The shape of every task that fires an event. */
import { Dispatch, type Target } from './dispatch.ts'
import type { Task } from './task-queue.ts'

/** Fires one event at one target; subclasses say what goes before and what follows. */
export abstract class FiringTask implements Task {
  nextTask: Task | null = null
  #dispatch: Dispatch | null = null
  #hasBegun = false

  step(): 'over' | 'called' {
    if (!this.#hasBegun) {
      this.#hasBegun = true
      const event = this.begin()
      if (event) this.#dispatch = new Dispatch(this.target, event)
    }
    if (this.#dispatch?.step() === 'called') return 'called'
    this.end(this.#dispatch)
    return 'over'
  }

  /** What has to follow follows, whatever became of the event. */
  cutOff(_error: unknown): void {
    this.end(this.#dispatch)
  }

  protected abstract get target(): Target
  /** Runs first; null when no event is to be fired. */
  protected abstract begin(): Event | null
  /** Runs last; `dispatch` is null when no event was fired. */
  protected abstract end(dispatch: Dispatch | null): void
}
