/**
 * Uses the built command line as a person would: a process for each command, on directories made by Dexie and by plain IndexedDB code, in
 * use by another process and not. Needs a built `dist/`, and `python3` for a terminal; Dexie, idb-keyval and xterm come from npm into the cache. Words choose the checks whose
 * titles contain them; `--short` tries fewer combinations in a terminal. Ends with a line of counts.
 */
import { runChecks } from '../package/projects.mjs'
import { careChecks, prepareCare } from './care-checks.mjs'
import { movingChecks, prepareMoving } from './moving-checks.mjs'
import { prepareReading, readingChecks } from './reading-checks.mjs'
import { prepareServer, serverChecks, stopServer } from './server-checks.mjs'
import { prepareSessions, sessionChecks } from './sessions.mjs'
import { prepareTerminal, terminalChecks } from './terminal/terminal-checks.mjs'
import { prepareUse, useChecks } from './use-checks.mjs'

const isShort = process.argv.includes('--short')
const words = process.argv
  .slice(2)
  .filter((it) => it !== '--short')
  .join(' ')
const checks = [
  ...readingChecks,
  ...movingChecks,
  ...careChecks,
  ...useChecks,
  ...serverChecks,
  ...sessionChecks,
  ...terminalChecks({ isShort }),
]

await Promise.all([
  prepareReading(),
  prepareMoving(),
  prepareCare(),
  prepareUse(),
  prepareServer(),
  prepareSessions(),
  prepareTerminal(),
])
await runChecks(
  'tool',
  checks.filter(([title]) => title.includes(words)),
)
await stopServer()
