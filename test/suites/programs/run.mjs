/**
 * Real programs whose processes share one directory: a cluster behind an HTTP server under a load generator, a script beside it,
 * Vitest and Jest with four workers, two development servers of Vite and of Next.js that fork, several copies and releases of the
 * package. The counters they keep must be exact.
 *
 * node test/suites/programs/run.mjs [cluster script copies kinds threads kills status vitest jest vite next] [--short] [--requests 4000] [--runtime node@22]
 *
 * `--short`: the cluster, the script and the copies, with fewer requests. Needs a built `dist/`. The programs are npm packages, fetched on
 * demand into the cache.
 */
import { flag } from '../../kit/bundle.mjs'
import { runChecks } from '../package/projects.mjs'
import { checkCluster, checkKills, checkScript } from './cluster.mjs'
import { checkCopies, checkKinds, checkThreads } from './copies.mjs'
import { workerCount } from './running.mjs'
import { checkJest, checkVitest } from './runners.mjs'
import { checkNext, checkVite } from './servers.mjs'
import { checkStatus } from './status.mjs'

const isShort = flag('short') === true
const requests = Number(flag('requests') ?? (isShort ? 1_000 : 4_000))
const of4 = `with ${workerCount} workers`

/** Name → whether it is short, its claim, the work. */
const checks = {
  cluster: [
    true,
    `a cluster ${of4} under load counts each request once`,
    () => checkCluster(requests),
  ],
  script: [
    true,
    'a script beside a running server shares its databases',
    () => checkScript(requests / 4),
  ],
  copies: [true, 'copies and releases of the package, in one thread and in several', checkCopies],
  kinds: [true, 'an ES module, CommonJS and a context of node:vm in one thread', checkKinds],
  threads: [
    true,
    'threads and forked processes that were handed no port, beside a thread that was',
    checkThreads,
  ],
  kills: [
    false,
    'a cluster whose workers are killed under load counts each answered request once',
    () => checkKills(requests, 8),
  ],
  status: [
    false,
    'the status of a running server, in Node, Bun and Deno, and of one that is stopped',
    () => checkStatus(requests),
  ],
  vitest: [false, `Vitest ${of4}, of processes and of threads`, checkVitest],
  jest: [false, `Jest ${of4}, of processes and of threads`, checkJest],
  vite: [false, 'two development servers of Vite that fork, one of which restarts', checkVite],
  next: [false, 'two development servers of Next.js that fork, one of which restarts', checkNext],
}
const wanted = process.argv.slice(2).filter((name) => name in checks)
const usual = Object.keys(checks).filter((name) => checks[name][0] || !isShort)
const chosen = wanted.length > 0 ? wanted : usual
await runChecks(
  'programs',
  chosen.map((name) => checks[name].slice(1)),
)
