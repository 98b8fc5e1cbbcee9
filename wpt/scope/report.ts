import { appendFileSync } from 'node:fs'
import type { HarnessMessage } from '../result.ts'

/**
 * Receives what the page posts and appends the harness's messages to a file, at once, so that they outlive a crash.
 * Ends the process when the harness is done: a page leaves connections open, as in a browser.
 */
export function reportTo(path: string): (message: unknown) => void {
  return (message) => {
    if (!isHarnessMessage(message)) return
    appendFileSync(path, `${JSON.stringify(message)}\n`)
    if (message.type === 'complete') setTimeout(() => process.exit(0))
  }
}

function isHarnessMessage(message: unknown): message is HarnessMessage {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false
  return message.type === 'test_state' || message.type === 'result' || message.type === 'complete'
}
