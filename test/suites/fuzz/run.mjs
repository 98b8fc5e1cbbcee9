/**
 * Gives spoilt bytes to everything that reads what is not of its own making: keys, values, the rows of the schema, messages
 * over a port, bytes on a stream, visits to an owner that shares, whole files.
 *
 * node test/suites/fuzz/run.mjs [--seconds 15 | --minutes 60 | --long] [--part ports,frames,visits] [--seed 1] [--runtime node@26]
 * node test/suites/fuzz/run.mjs --part files --input path     tries a kept input again
 *
 * An input with which something is wrong is kept in the cache, and each run tries it first, until it passes.
 */
import { flag, importBundled } from '../../kit/bundle.mjs'

const child = 'test/suites/fuzz/child.ts'
const { module, pathOf } = await importBundled('test/suites/fuzz/suite.ts', [child])
const minutes = flag('minutes') ?? (flag('long') ? 60 : 0.25)
const seconds = Number(flag('seconds') ?? minutes * 60)
const seed = Number(flag('seed') ?? Date.now() % 1_000_000)
const runtime = flag('runtime') ?? 'node'
const chosen = flag('part')
const childPath = pathOf(child)

/** Part → its share of the time: reading a file takes ten thousand times as long as reading a key. */
const shares = {
  keys: 0.1,
  values: 0.2,
  rows: 0.2,
  ports: 0.1,
  frames: 0.05,
  visits: 0.05,
  files: 0.3,
}

if (flag('input')) await tryAgain(flag('input'))
else await fuzzAll(chosen ? evenly(chosen.split(',')) : shares)

function evenly(parts) {
  return Object.fromEntries(parts.map((part) => [part, 1 / parts.length]))
}

async function fuzzAll(parts) {
  console.log(`fuzz: ${seconds} seconds on ${runtime}, --seed ${seed}`)
  const told = []
  let inputs = 0
  const findings = []
  for (const [part, share] of Object.entries(parts)) {
    const counts = await module.fuzz({ part, seed, seconds: seconds * share, runtime, childPath })
    told.push(`${part} ${counts.inputs}`)
    inputs += counts.inputs
    for (const { what, file } of counts.findings) {
      console.error(
        `${part}: ${what}\n  node test/suites/fuzz/run.mjs --part ${part} --input ${file}`,
      )
    }
    findings.push(...counts.findings)
  }
  console.log(
    `fuzz: ${inputs} inputs, ${findings.length} findings (${told.join(', ')}; seed ${seed})`,
  )
  process.exitCode = findings.length > 0 ? 1 : 0
}

async function tryAgain(file) {
  const findings = await module.tryFile({ part: chosen, runtime, childPath }, file)
  for (const what of findings) console.error(what)
  console.log(`fuzz: 1 inputs, ${findings.length} findings`)
  process.exitCode = findings.length > 0 ? 1 : 0
}
