/**
 * The packed packages in each test runner, each environment it simulates, each form of modules and each entry point: the
 * global on disk and in memory, the set-up modules of the test kit, a suite written for fake-indexeddb on the package that
 * stands in for it, and a listener that throws, which must not go unnoticed. A cell that cannot be, such as one runner's
 * kit in another, is tested for the right error.
 *
 * `node test/suites/package/runners.mjs [--short] [--runtime node,node@24,bun,deno] [--only jest]`. Needs a built `dist/`. Prints
 * the table, and ends with a line of counts.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { importBundled } from '../../kit/bundle.mjs'
import { installPacked } from './projects.mjs'
import { runCells, runners } from './runner-batches.mjs'
import { canUseKit, entryNames } from './runner-entries.mjs'

const { installedPackage, runtimeCommand, runtimeLabel } = (
  await importBundled('test/kit/runtimes.ts')
).module
const source = fileURLToPath(new URL('./runners', import.meta.url))
const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    runtime: { type: 'string' },
    only: { type: 'string', default: '' },
  },
})
const runtimes = (values.runtime ?? (values.short ? 'node' : 'node,bun,deno')).split(',')

const packages = await installPacked()
const rows = []
for (const runtime of runtimes) {
  for (const runner of runners.filter(
    ({ name, on }) => runtime.startsWith(on) && name.includes(values.only),
  )) {
    rows.push(...(await runRows(runner, runtime)))
  }
}
printTable(rows)
const cells = rows.flatMap(({ complaints }) => complaints)
for (const { title, complaints } of rows) {
  complaints.forEach((complaint, i) => {
    if (complaint)
      console.log(`FAIL  ${title}, ${entryNames[i]}\n${complaint.replace(/^/gm, '      ')}`)
  })
}
const passed = cells.filter((complaint) => complaint === '').length
console.log(`runners: ${passed} of ${cells.length} checks pass`)
process.exitCode = passed === cells.length && cells.length > 0 ? 0 : 1

/** The rows of a runner: each environment in each form of modules. */
async function runRows(runner, runtime) {
  const places = await placesOf(runner, runtime)
  const kinds = runner.environments
    .filter((environment) => !values.short || runner.isShort(environment))
    .flatMap((environment) => runner.formats.map((format) => ({ environment, format })))
  const cells = kinds.flatMap((kind) => entryNames.map((entry) => ({ ...kind, entry })))
  if (cells.length === 0) return []
  const complaints = await runCells(runner, cells, places)
  return kinds.map(({ environment, format }, i) => ({
    title: `${places.label}, ${runner.name}, ${environment}, ${format}`,
    runner,
    format,
    complaints: complaints.slice(i * entryNames.length, (i + 1) * entryNames.length),
  }))
}

async function placesOf({ tool, least = 0 }, runtime) {
  const isTooOld = runtime === 'node' && Number(process.versions.node.split('.')[0]) < least
  const name = isTooOld || runtime === `node@${least - 2}` ? 'node@24' : runtime
  const [command] = await runtimeCommand(name)
  const toolDirectory =
    tool && (await installedPackage(tool.package, tool.version, tool.companions))
  return { packages, toolDirectory, command, source, label: runtimeLabel(name) }
}

/** `yes`: it works; `no`: it cannot, and says so. */
function printTable(rows) {
  const table = [
    ['', ...entryNames],
    ...rows.map(({ title, runner, format, complaints }) => [
      title,
      ...complaints.map((complaint, i) => {
        if (complaint) return 'FAIL'
        return mustFail(runner, format, entryNames[i]) ? 'no' : 'yes'
      }),
    ]),
  ]
  const widths = table[0].map((_, i) => Math.max(...table.map((row) => row[i].length)))
  for (const row of table) console.log(row.map((text, i) => text.padEnd(widths[i])).join('  '))
  console.log(`yes: it works there. no: it cannot be, and the error says why: a kit is for one runner (Jest's needs its beforeEach(),
node:test calls no hooks in others), and Jest 27 does not read "exports". listener: what a listener throws fails the test.`)
}

function mustFail(runner, format, entry) {
  if (runner.cannot?.entries(entry)) return true
  const [, kit] = entry.split('testing/')
  return kit !== undefined && !canUseKit(kit, runner, format)
}
