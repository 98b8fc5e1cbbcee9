/**
 * Who owns a directory. Twelve processes race for one whose owner was just killed: exactly one may win, and the others
 * name it. Other SQLite tools visit the file of a busy owner: nothing acknowledged as strict may be lost. A program touches
 * the directory of a living owner in every way, and containers that see nothing of each other share one: never two own it.
 * Opens fail on a full disk and without descriptors: nothing stays behind.
 *
 * node test/suites/ownership/run.mjs [--long | --races 3 --visits 15] [--field mixed | node20] [--part races | visits | witnesses]
 */
import { fileURLToPath } from 'node:url'
import { flag, importBundled } from '../../kit/bundle.mjs'

const contender = 'test/suites/ownership/contender.ts'
const owner = 'test/suites/ownership/busy-owner.ts'
const keeper = 'test/suites/ownership/keeper.ts'
const children = [contender, owner, keeper]
const { module, pathOf } = await importBundled('test/suites/ownership/suite.ts', children)
const isLong = flag('long') === true
const part = flag('part')
const runtimes = ['node@20', 'node@24', 'node@26', 'bun', 'deno']
const counts = { passed: 0, failed: 0, notRun: 0 }
const isWanted = (name) => part === undefined || part === name
if (isWanted('races')) await race(Number(flag('races') ?? (isLong ? 200 : 3)))
if (isWanted('visits')) await visit(Number(flag('visits') ?? (isLong ? 100 : 15)))
if (isWanted('witnesses')) await touchAndShare()
const { passed, failed, notRun } = counts
console.log(
  `ownership: ${passed} passed, ${failed} failed, ${notRun} not run (races of 12 processes, visits of other tools, witnesses lost)`,
)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

async function race(races) {
  const chosen = flag('field')
  for (const field of chosen ? [chosen] : Object.keys(module.fields)) {
    const wrong = await module.race(field, races, pathOf(contender))
    for (const message of wrong.slice(0, 5)) console.error(`${field}: ${message}`)
    console.log(`${field}: ${races} races asked for, ${wrong.length} wrong`)
    if (wrong.length > 0) counts.failed++
    else counts.passed += races
  }
}

async function visit(visits) {
  const reader = fileURLToPath(new URL('foreign-reader.mjs', import.meta.url))
  for (const tool of module.toolNames) {
    const options = { tool, visits, runtime: 'node' }
    const came = await module.visitOwner(options, { owner: pathOf(owner), reader })
    if (!came) {
      console.log(`${tool}: not run, as it is not installed`)
      counts.notRun += visits
      continue
    }
    for (const message of came.wrong.slice(0, 5)) console.error(`${tool}: ${message}`)
    console.log(
      `${tool}: ${came.visits} visits (${came.failedVisits} failed), ${came.wrong.length} wrong; ` +
        `${came.strict} transactions acknowledged as strict, ${came.relaxedLost} relaxed ones lost, ${came.warnings} warnings`,
    )
    if (came.wrong.length > 0) counts.failed++
    else counts.passed += visits
  }
}

async function touchAndShare() {
  const script = pathOf(keeper)
  for (const [one, other] of pairs()) {
    for (const where of [undefined, 'thread']) {
      take(await module.touchOwner([one, other], { script, where }))
    }
  }
  const reason = module.whyNoContainers()
  if (reason !== null) console.log(`containers: not run: ${reason}`)
  for (const pair of pairs()) {
    if (reason === null) {
      take(await module.shareBetweenContainers(pair, script))
      take(await module.shareWithContainer(pair, script))
    } else counts.notRun += 2
  }
  for (const runtime of runtimes) await runShort(runtime, script)
}

/** Who owns, and who tries to; each meets each in the long form. */
function pairs() {
  if (isLong) return runtimes.flatMap((one) => runtimes.map((other) => [one, other]))
  const others = ['node@20', 'node@26', 'node@20', 'node@24', 'deno']
  return runtimes.map((one, i) => [one, others[i]])
}

async function runShort(runtime, script) {
  take({ passed: 1, wrong: await module.openWithoutDescriptors(runtime, script) })
  const wrong = await module.openOnFullDisk(runtime, { opens: isLong ? 300 : 20, script })
  if (typeof wrong !== 'string') return take({ passed: 1, wrong })
  console.log(`full disk: not run: ${wrong}`)
  counts.notRun++
}

function take({ passed, wrong, notes }) {
  for (const message of wrong) console.error(message)
  if (notes && flag('notes')) console.log(notes.join('; '))
  counts.passed += passed
  counts.failed += wrong.length
}
