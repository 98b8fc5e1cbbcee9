/** Suites written for mocha as checks of a program: its globals, while `define` runs. */

/** Title → check, for every test that `define` declares. */
export function collectSuite(define) {
  const checks = {}
  /** The `describe()` calls around the current one, outermost first. */
  const scopes = [newScope('')]
  const hook = (kind) => (run) => scopes.at(-1)[kind].push(run)
  const it = (title, run) => {
    const around = [...scopes]
    const name = [...around.map((scope) => scope.title), title].filter(Boolean).join(': ')
    checks[name] = () => runTest(run, around)
  }
  Object.assign(globalThis, {
    describe(title, body) {
      scopes.push(newScope(title))
      body()
      scopes.pop()
    },
    it,
    before: hook('before'),
    after: hook('after'),
    beforeEach: hook('beforeEach'),
    afterEach: hook('afterEach'),
  })
  define()
  return checks
}

function newScope(title) {
  return { title, before: [], after: [], beforeEach: [], afterEach: [] }
}

/** Each test stands alone: what a scope does once is done for each of its tests. */
async function runTest(run, scopes) {
  const hooks = (kind) => scopes.flatMap((scope) => scope[kind])
  const context = { timeout() {}, skip() {} }
  for (const hook of [...hooks('before'), ...hooks('beforeEach')]) await hook.call(context)
  try {
    await run.call(context)
  } finally {
    for (const hook of [...hooks('afterEach'), ...hooks('after')]) await hook.call(context)
  }
}
