/** Who has a directory, asked from outside, in each runtime, while its owner works and while it is stopped. */
import { temporaryDirectory } from '../package/projects.mjs'
import { equal, load, printed, runtimes, whileRunning, workerCount } from './running.mjs'

/** An owner that does not answer is told of within this time; what starts the runtime included. */
const limitMs = 60_000

export async function checkStatus(requests) {
  const path = temporaryDirectory()
  await whileRunning(['cluster.mjs', String(workerCount)], { path }, async (port) => {
    // Nobody has a directory that nothing was asked of.
    await (await fetch(`http://127.0.0.1:${port}`)).text()
    const loads = load(port, requests)
    for (const runtime of ['node', 'bun', 'deno']) await asksWhileItWorks(runtime, path)
    await loads
    const { owner } = await statusIn('node', path)
    process.kill(owner.pid, 'SIGSTOP')
    try {
      const start = performance.now()
      equal((await statusIn('node', path)).state, 'silent')
      if (performance.now() - start > limitMs) throw new Error('the answer came too late')
    } finally {
      process.kill(owner.pid, 'SIGCONT')
    }
    equal(await statusIn('node', path).then(({ state, owner: { pid } }) => ({ state, pid })), {
      state: 'shared',
      pid: owner.pid,
    })
  })
  equal((await statusIn('node', path)).state, 'free')
}

async function asksWhileItWorks(runtime, path) {
  const { state, clients = [], databases = [] } = await statusIn(runtime, path)
  equal(
    { runtime, state, others: clients.length < workerCount },
    { runtime, state: 'shared', others: true },
  )
  for (const { name, version, connections } of databases) {
    equal({ name, version, open: connections > 0 }, { name: 'counters', version: 1, open: true })
  }
}

async function statusIn(name, path) {
  const command = await runtimes.runtimeCommand(name)
  return printed(['status.mjs'], { path, command })
}
