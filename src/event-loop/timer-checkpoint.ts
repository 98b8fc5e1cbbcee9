/** The microtask checkpoint in workerd: see `workerd.ts`. */
import type { CheckpointPlatform } from './checkpoint-platform.ts'
import { queueReaction } from '../base/node-callbacks.ts'
import { receiveMessages } from './receive-messages.ts'
import { queueTimerTurn, wakeTimerTurns } from '../base/workerd.ts'

/** See `CheckpointPlatform`. */
export function timerCheckpoint(): CheckpointPlatform {
  return {
    afterMicrotasks: (callback) => () => queueTimerTurn(callback),
    afterCheckpoint: (callback) => () => queueReaction(callback),
    afterTurn: queueTimerTurn,
    hasRoom: () => true,
    listen: receiveMessages,
    wake() {
      wakeTimerTurns()
      return false
    },
  }
}
