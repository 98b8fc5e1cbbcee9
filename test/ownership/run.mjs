/**
 * Twelve processes race for a directory whose owner was just killed: exactly one may win, and the others name it.
 *
 * node test/ownership/run.mjs [--long | --races 3] [--field mixed | node20]
 */
import { flag, importBundled } from '../bundle.mjs'

const contender = 'test/ownership/contender.ts'
const { module, pathOf } = await importBundled('test/ownership/suite.ts', [contender])
const races = Number(flag('races') ?? (flag('long') ? 200 : 3))
const chosen = flag('field')
let passed = 0
let failed = 0
for (const field of chosen ? [chosen] : Object.keys(module.fields)) {
  const wrong = await module.race(field, races, pathOf(contender))
  for (const message of wrong.slice(0, 5)) console.error(`${field}: ${message}`)
  console.log(`${field}: ${races} races asked for, ${wrong.length} wrong`)
  failed += wrong.length > 0 ? 1 : 0
  passed += wrong.length > 0 ? 0 : races
}
console.log(`ownership: ${passed} passed, ${failed} failed (races of 12 processes)`)
process.exitCode = failed > 0 ? 1 : 0
