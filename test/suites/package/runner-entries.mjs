/** What a test runner can load of ours, the test that shows that it works there, and where it cannot, the right error. */

/** The set-up modules of the test kit. */
export const kits = ['vitest', 'jest', 'node', 'bun', 'deno']

/** The columns of the table: each is a file of tests. */
export const entryNames = [
  'auto',
  'auto/memory',
  ...kits.map((kit) => `testing/${kit}`),
  'fake-indexeddb',
  'listener',
]

const equal = `const equal = (actual, expected) => {
  if (!Object.is(actual, expected)) throw new Error(\`\${String(actual)} is not \${String(expected)}\`)
}
`

/** Two tests of which the second must not see what the first left. */
const kitTests = `for (const turn of ['first', 'second']) {
  test('the world is empty for the ' + turn + ' test', async () => {
    equal((await indexedDB.databases()).length, 0)
    await new Promise((resolve) => {
      indexedDB.open('left behind').onsuccess = resolve
    })
    equal((await indexedDB.databases()).length, 1)
  })
}
`

const roundTrip = `test('what is stored is read', () => roundTrip(equal))\n`

/** A listener's exception must end the test, or the program. */
const listenerTest = `test('an exception of a listener', async () => {
  indexedDB.open('t').onsuccess = () => {
    throw new Error('the listener has thrown')
  }
  await new Promise((resolve) => indexedDB.open('other').onsuccess = resolve)
  await new Promise((resolve) => setTimeout(resolve, 300))
})
`

/** What the set-up module of a kit says elsewhere. */
const kitErrors = {
  jest: /testing\/jest" needs the beforeEach\(\) of Jest: list it in setupFilesAfterEnv/,
  // The second is Vitest's, of a simulated page.
  node: /testing\/node" is for node:test, .* there is "idb-everywhere\/testing\/\w+"|built-in "node:test"/,
  deno: /testing\/deno" is for "deno test", and this is not Deno/,
  // These name what is missing before any module of ours runs.
  bun: /bun:|protocol 'bun'/,
  vitest:
    /(Cannot find|Could not resolve|Could not find) (module |package )?['"]?vitest|Vitest failed to find the runner/,
}

/**
 * The module specifiers to load first, the text of the tests, as an ES module, and what must come out.
 *
 * @param {{ entry: string, format: string, directory: string, runner: object }} cell `directory`: where the databases of
 *   `auto` go
 * @returns {{ setUp: string[], text: string, error?: RegExp }} without `error` the tests must pass
 */
export function testsOf({ entry, directory, runner, format }) {
  const plain = `${equal}import { roundTrip } from './round-trip.mjs'\n`
  if (entry === 'auto') {
    const onDisk = `test('files are on the disk', () => {
  equal(fs.readdirSync(${JSON.stringify(directory)}).some((name) => name.endsWith('.sqlite')), true)
})\n`
    return {
      setUp: ['idb-everywhere/auto'],
      text: `import fs from 'node:fs'\n${plain}${roundTrip}${onDisk}`,
    }
  }
  if (entry === 'auto/memory') {
    return { setUp: ['idb-everywhere/auto/memory'], text: plain + roundTrip }
  }
  if (entry === 'listener') {
    return {
      setUp: ['idb-everywhere/auto/memory'],
      text: listenerTest,
      error: /the listener has thrown/,
    }
  }
  if (entry === 'fake-indexeddb') return { setUp: ['fake-indexeddb/auto'], text: standIn(runner) }
  const kit = entry.slice('testing/'.length)
  const tests = { setUp: [`idb-everywhere/${entry}`], text: plain + kitTests + roundTrip }
  return canUseKit(kit, runner, format) ? tests : { ...tests, error: kitErrors[kit] }
}

/** Its own, and for Bun Vitest's, whose name it takes for its own where it is imported. */
export function canUseKit(kit, { name, kit: own }, format) {
  return kit === own || (kit === 'vitest' && name === 'bun test' && format === 'ES modules')
}

/** A suite written for fake-indexeddb, and fake timers where the runner has them. */
function standIn({ fakeTimers, load }) {
  const underFakeTimers = fakeTimers
    ? `test('requests are answered under fake timers', async () => {
  ${fakeTimers.enable}
  try {
    await underFakeTimers()
  } finally {
    ${fakeTimers.disable}
  }
})\n`
    : ''
  return `import { declareSuite } from './suite.mjs'
import { underFakeTimers } from './faked-timers.mjs'
${equal}declareSuite({ test, equal, load: ${load} })\n${underFakeTimers}`
}
