/** Exceptions that reach the process, in tests that expect them. */
import process from 'node:process'

/** The next uncaught exception, kept from the test runner. */
export function uncaught(): Promise<unknown> {
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  return new Promise((resolve) => {
    process.once('uncaughtException', (error) => {
      for (const listener of others) process.on('uncaughtException', listener)
      resolve(error)
    })
  })
}
