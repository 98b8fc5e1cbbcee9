/** The microtask checkpoint in workerd: see `workerd.ts`. */
import { receiveMessages } from './receive-messages.ts'
import { queueTimerTurn, wakeTimerTurns } from '../base/workerd.ts'

/** See `Platform` in `checkpoint.ts`. */
export function timerPlatform(): {
  readonly afterMicrotasks: (callback: () => void) => () => void
  readonly afterTurn: (callback: () => void) => void
  readonly hasRoom: () => boolean
  readonly listen: (target: EventTarget, receive: (message: unknown) => void) => void
  readonly wake: () => boolean
} {
  return {
    afterMicrotasks: (callback) => () => queueTimerTurn(callback),
    afterTurn: queueTimerTurn,
    hasRoom: () => true,
    listen: receiveMessages,
    wake() {
      wakeTimerTurns()
      return false
    },
  }
}
