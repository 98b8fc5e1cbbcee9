/**
 * Who owns a directory. Twelve processes race for one whose owner was just killed: exactly one may win, and the others
 * name it. Then other SQLite tools visit the file of a busy owner: nothing acknowledged as strict may be lost.
 *
 * node test/ownership/run.mjs [--long | --races 3 --visits 15] [--field mixed | node20] [--part races | visits]
 */
import { fileURLToPath } from 'node:url'
import { flag, importBundled } from '../bundle.mjs'

const contender = 'test/ownership/contender.ts'
const owner = 'test/ownership/busy-owner.ts'
const { module, pathOf } = await importBundled('test/ownership/suite.ts', [contender, owner])
const isLong = flag('long') === true
const part = flag('part')
const counts = { passed: 0, failed: 0, notRun: 0 }
if (part !== 'visits') await race(Number(flag('races') ?? (isLong ? 200 : 3)))
if (part !== 'races') await visit(Number(flag('visits') ?? (isLong ? 100 : 15)))
const { passed, failed, notRun } = counts
console.log(
  `ownership: ${passed} passed, ${failed} failed, ${notRun} not run (races of 12 processes, visits of other tools)`,
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
