/**
 * Runs one part of a program in a process of its own: `harness.mjs ENTRY PROGRAM first|second`. A program exports two
 * objects, title → check; those of `first` write, those of `second` find it again. The process then ends at once, whatever is
 * still open, as programs do. The last line says what passed.
 */
import process from 'node:process'

const [entry, program, part] = process.argv.slice(2)

// What libraries written for pages take for granted.
globalThis.self ??= globalThis
globalThis.navigator ??= { userAgent: 'a runtime without one', onLine: true }

const uncaught = []
process.on('uncaughtException', (error) => uncaught.push(error))
process.on('unhandledRejection', (error) => uncaught.push(error))

const checks = await load()
const passed = []
const failed = []
for (const [title, check] of Object.entries(checks)) {
  try {
    await check()
    await new Promise((resolve) => setTimeout(resolve))
    const [error] = uncaught.splice(0)
    if (error) throw error
    passed.push(title)
  } catch (error) {
    uncaught.length = 0
    failed.push({ title, message: `${error?.stack ?? error}` })
  }
}
process.stdout.write(`RESULT ${JSON.stringify({ passed, failed })}\n`, () => process.exit())

/** A program that cannot be loaded is a check that fails. */
async function load() {
  try {
    await import(entry)
    return (await import(program))[part]
  } catch (error) {
    return {
      'the program loads'() {
        throw error
      },
    }
  }
}
