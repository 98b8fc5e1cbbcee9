/** What may be found after a history has broken off. Each database has a file of its own and stands for itself. */
import { nothing, type State, textOf } from '../../kit/history/state.ts'
import { applyStep } from '../../kit/history/step.ts'
import type { Action } from './histories.ts'

/** The states a history has gone through, and since when each database is safe. */
export class Expected {
  /** The state after a number of actions begun. */
  readonly #states: State[] = [nothing]
  /** How many of them each database certainly keeps. */
  readonly #certain = new Map<string, number>()

  get state(): State {
    return this.#states.at(-1) ?? nothing
  }

  /** An action begins: from now on its effect may be found. Gives its number, from 1. */
  begin(action: Action): number {
    this.#states.push(action.type === 'close' ? this.state : applyStep(this.state, action))
    return this.#states.length - 1
  }

  /** Action `number`, or the last begun, has been acknowledged: what it promises is certain from now on. */
  acknowledge(action: Action, number = this.#states.length - 1): void {
    if (action.type === 'close') {
      for (const name of this.names()) this.#certain.set(name, number)
    } else if (action.type === 'deleteDatabase' || isStrict(action)) {
      this.#certain.set(action.database, number)
    }
  }

  /** What may be found now; it stays as it is. */
  copy(): Expected {
    const copy = new Expected()
    copy.#states.push(...this.#states.slice(1))
    for (const [name, number] of this.#certain) copy.#certain.set(name, number)
    return copy
  }

  /** From now on only the last state may be found. */
  forgetPast(): void {
    for (const name of this.names()) this.#certain.set(name, this.#states.length - 1)
  }

  /** Why `found` (see `readState`) cannot be; null: it can. */
  objection(found: string): string | null {
    const foundTexts = textsOf(found)
    for (const name of new Set([...this.names(), ...foundTexts.keys()])) {
      const certain = this.#certain.get(name) ?? 0
      const text = foundTexts.get(name)
      const allowed = this.#states.slice(certain).map((state) => textsOfState(state).get(name))
      if (!allowed.includes(text)) {
        return `database "${name}" is in none of the states after actions ${certain} to ${this.#states.length - 1}: ${text?.slice(0, 300)}`
      }
    }
    return null
  }

  /** All databases there ever were. */
  names(): Set<string> {
    return new Set(this.#states.flatMap((state) => [...state.keys()]))
  }
}

function isStrict(action: Action): boolean {
  return action.type === 'transaction' && action.durability === 'strict' && !action.isAborted
}

/** The parts of a text that stand for one database each, by name. */
function textsOf(text: string): Map<string, string> {
  const parts = text.split(/^(?=database )/m).map((part) => part.trimEnd())
  return new Map(parts.filter(Boolean).map((part) => [part.split(' ')[1] ?? '', part]))
}

/** A state stays as it is, and is compared with what thousands of cuts have left. */
const textsOfStates = new WeakMap<State, Map<string, string>>()

function textsOfState(state: State): Map<string, string> {
  const texts = textsOfStates.get(state) ?? textsOf(textOf(state))
  textsOfStates.set(state, texts)
  return texts
}
