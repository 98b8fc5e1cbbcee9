/** What a set-up module says in a test runner that it is not meant for. */

/** The runners that can be told by what they leave on the global object of their tests; those of Node come first. */
const runners = [
  { name: 'Jest', kit: 'jest', mark: Symbol.for('jest-native-now') },
  { name: 'Vitest', kit: 'vitest', mark: '__vitest_worker__' },
  { name: 'Bun', kit: 'bun', mark: 'Bun' },
  { name: 'Deno', kit: 'deno', mark: 'Deno' },
] as const

type Runner = (typeof runners)[number]

/** The runner of this test; undefined for node:test, which leaves nothing. */
export function runnerHere(): Runner | undefined {
  return runners.find(({ mark }) => mark in globalThis)
}

/** An error that names the module to use in place of `kit`, if that is known. */
export function wrongRunner(kit: string, reason: string): TypeError {
  const runner = runnerHere()
  const advice =
    runner && runner.kit !== kit
      ? `; for ${runner.name} there is "idb-everywhere/testing/${runner.kit}"`
      : ''
  return new TypeError(`"idb-everywhere/testing/${kit}" ${reason}${advice}`)
}
