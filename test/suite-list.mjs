/**
 * The suites, each a command line that ends with a line of counts, which `counts` finds. Three run side by side, unless their `lane` keeps
 * them apart: one suite at a time drives `browsers`, one installs `packages`, and one starts, stops and kills `processes`. What must
 * have the machine to itself is `alone`.
 */

const build = {
  name: 'build',
  lane: 'alone',
  command: 'npm run --silent build',
  counts: /^\d+ files.*/m,
  isNeededByAll: true,
}

/** Of `npm test`. The next one that may run is taken: first the unit tests, then a lane after the other, so that the longest is never last. */
export const shortSuites = [
  build,
  { name: 'unit', command: 'npx vitest run', counts: /^ *Tests +.*passed.*/m },
  {
    name: 'ownership',
    lane: 'processes',
    command: 'node test/suites/ownership/run.mjs',
    counts: /^ownership: .*/m,
  },
  {
    name: 'sharing',
    lane: 'processes',
    command: 'node test/suites/sharing/run.mjs',
    counts: /^sharing: (?:passed|FAILED).*/m,
  },
  {
    name: 'conditions',
    lane: 'processes',
    command: 'node test/suites/sharing/conditions.mjs',
    counts: /^conditions: .*/m,
  },
  {
    name: 'programs',
    lane: 'processes',
    command: 'node test/suites/programs/run.mjs --short',
    counts: /^programs: .*/m,
  },
  {
    name: 'crash',
    lane: 'processes',
    command: 'node test/suites/crash/run.mjs',
    counts: /^crash: \d+ passed.*/m,
  },
  {
    name: 'ends',
    lane: 'processes',
    command: 'node test/suites/ends/run.mjs',
    counts: /^ends: .*/m,
  },
  {
    name: 'browser',
    lane: 'browsers',
    command: 'node test/suites/browser/run.mjs --short',
    counts: /^browsers: .*/m,
  },
  {
    name: 'tabs',
    lane: 'browsers',
    command: 'node test/suites/tabs/run.mjs --few --rounds 1 --endings close',
    counts: /^tabs: .*/m,
  },
  {
    name: 'inspector',
    lane: 'browsers',
    command: 'node test/suites/inspector/run.mjs',
    counts: /^inspector: .*/m,
  },
  {
    name: 'demo',
    lane: 'browsers',
    command: 'node test/suites/browser-demo/run.mjs --short',
    counts: /^browser-demo: .*/m,
  },
  {
    name: 'parity',
    lane: 'browsers',
    command: 'node test/suites/parity/run.mjs --programs 150 --seed 1',
    counts: /^parity: .*/m,
  },
  {
    name: 'format',
    lane: 'browsers',
    command: 'node test/suites/format/run.mjs',
    counts: /^format: .*/m,
  },
  {
    name: 'tool',
    lane: 'packages',
    command: 'node test/suites/tool/run.mjs --short',
    counts: /^tool: .*/m,
  },
  {
    name: 'package',
    lane: 'packages',
    command: 'node test/suites/package/run.mjs',
    counts: /^package: .*/m,
  },
  {
    name: 'samples',
    lane: 'packages',
    command: 'node test/suites/package/samples.mjs',
    counts: /^samples: .*/m,
  },
  {
    name: 'runners',
    lane: 'packages',
    command: 'node test/suites/package/runners.mjs --short',
    counts: /^runners: .*/m,
  },
  {
    name: 'foreign',
    lane: 'packages',
    command: 'node test/suites/snapshot/foreign.mjs',
    counts: /^foreign: .*/m,
  },
  { name: 'check', command: 'npm run --silent check', counts: /^Found \d+ warnings.*/m },
  {
    name: 'endurance',
    command: 'node test/suites/endurance/run.mjs',
    counts: /^endurance: .*/m,
  },
  { name: 'wpt', command: 'npm run --silent wpt', counts: /^WPT .*subtests pass.*/m },
  {
    name: 'snapshot',
    command: 'node test/suites/snapshot/run.mjs',
    counts: /^snapshot: .*/m,
  },
  { name: 'faults', command: 'node test/suites/faults/run.mjs', counts: /^faults: .*/m },
  {
    name: 'fuzz',
    command: 'node test/suites/fuzz/run.mjs',
    counts: /^fuzz: \d+ inputs, 0 findings.*/m,
  },
  { name: 'model', command: 'node test/suites/model/run.mjs', counts: /^model: \d+ passed.*/m },
  {
    name: 'remote',
    lane: 'processes',
    command: 'node test/suites/remote/run.mjs',
    counts: /^remote: (?:passed|FAILED|skipped).*/m,
  },
  {
    name: 'limits',
    command: 'node test/suites/limits/run.mjs',
    counts: /^limits: .*/m,
  },
  { name: 'types', command: 'node test/suites/types/run.mjs', counts: /^types: .*0 findings$/m },
]

const matrix = 'node test/suites/matrix/run.mjs --suites'
/**
 * Of `npm run test:long`, which continuous integration runs as well. What takes longer is started by itself: `slowSuites` by name, the suites'
 * own `--long` forms, `npm run wpt:browser` in all scopes, `npm run parity -- --programs 20000 --against all`.
 */
export const longSuites = [
  build,
  {
    name: 'all-browser',
    lane: 'browsers',
    command: 'node test/suites/browser/run.mjs',
    counts: /^browsers: .*/m,
  },
  {
    name: 'runtimes',
    lane: 'packages',
    command: `${matrix} clients,wpt --runtimes node@24,bun,deno`,
    counts: /^matrix: .*/m,
  },
  {
    name: 'pages',
    lane: 'browsers',
    command:
      'npm run --silent wpt:browser -- --browser chromium --scope worker --column native-leveldb,opfs',
    counts: /^WPT in browsers: .*/m,
  },
  {
    name: 'bundlers',
    lane: 'packages',
    command: 'node test/suites/package/bundlers.mjs',
    counts: /^bundlers: .*/m,
  },
  {
    name: 'settings',
    lane: 'packages',
    command: 'node test/suites/package/settings.mjs',
    counts: /^settings: .*/m,
  },
  {
    name: 'terminals',
    lane: 'packages',
    command: 'node test/suites/tool/run.mjs "in a terminal"',
    counts: /^tool: .*/m,
  },
  { name: 'files', lane: 'packages', command: `${matrix} files`, counts: /^matrix: .*/m },
  {
    name: 'extras',
    command: `${matrix} news,extras --runtimes node,bun,deno`,
    counts: /^matrix: .*/m,
  },
  {
    name: 'site',
    lane: 'packages',
    command: 'npm run --silent docs',
    counts: /^site: .*0 of them dead$/m,
  },
  {
    name: 'workerd',
    lane: 'packages',
    command: 'node test/suites/package/workerd.mjs',
    counts: /^workerd: .*/m,
  },
  {
    name: 'scenarios',
    lane: 'browsers',
    command: 'node test/suites/browser-demo/run.mjs chromium',
    counts: /^browser-demo: .*/m,
  },
  {
    name: 'all-types',
    lane: 'browsers',
    command:
      'node test/suites/types/run.mjs --on node@20,node@24,node@26,bun,deno,chromium,firefox,jsdom@20.0.3,jsdom@26.1.0,jsdom@31.0.1,happy-dom@9.20.3,happy-dom@21.0.4',
    counts: /^types: .*0 findings$/m,
  },
  {
    name: 'mixed',
    lane: 'processes',
    command:
      'node test/suites/sharing/run.mjs --processes 6 --threads 3 --kills 30 --clients 5 --stops 2 --leaves 2 --runtimes node@22.13,node@24,node@26,bun,deno',
    counts: /^sharing: (?:passed|FAILED).*/m,
  },
  {
    name: 'survival',
    lane: 'processes',
    command: 'node test/suites/survival/run.mjs',
    counts: /^survival: .*/m,
  },
  {
    name: 'kills',
    lane: 'processes',
    command: `${matrix} crash --runtimes node@20,node@26,bun`,
    counts: /^matrix: .*/m,
  },
  {
    name: 'more-tabs',
    lane: 'browsers',
    command:
      'node test/suites/tabs/run.mjs --parts cases,special,failover --endings close,reload,navigate,terminate,crash,kill',
    counts: /^tabs: .*/m,
  },
  {
    name: 'all-programs',
    lane: 'processes',
    command: 'node test/suites/programs/run.mjs',
    counts: /^programs: .*/m,
  },
  {
    name: 'pgbouncer',
    lane: 'processes',
    command: 'node test/suites/remote/pgbouncer.mjs',
    counts: /^pgbouncer: (?:passed|FAILED|skipped).*/m,
  },
]
/** Too long for continuous integration, above all for the packages they install: `npm test -- remote-programs remote-runtimes remote-inspector remote-wpt remote-crashes remote-failovers remote-model large-snapshot client-tabs every-runtime every-runner every-sample`. */
export const slowSuites = [
  {
    name: 'remote-programs',
    lane: 'packages',
    command:
      'node test/suites/remote/run.mjs --transactions 20000 --programs 1000 --clients all --seconds 20 --cuts 30',
    counts: /^remote: (?:passed|FAILED|skipped).*/m,
  },
  {
    name: 'remote-runtimes',
    lane: 'packages',
    command: `${matrix} tables,remote --runtimes node@24,bun,deno`,
    counts: /^matrix: .*/m,
  },
  {
    name: 'remote-inspector',
    lane: 'browsers',
    command: 'node test/suites/inspector/run.mjs --postgres',
    counts: /^inspector: .*/m,
  },
  {
    name: 'remote-wpt',
    command: 'npm run --silent wpt -- --vfs postgres --runtime node@24',
    counts: /^WPT .*subtests pass.*/m,
  },
  {
    name: 'remote-crashes',
    lane: 'processes',
    command:
      'node test/suites/remote/run.mjs --transactions 0 --programs 0 --writers 4 --seconds 600 --cut-seconds 300 --cuts 100',
    counts: /^remote: (?:passed|FAILED|skipped).*/m,
  },
  {
    name: 'remote-failovers',
    lane: 'processes',
    command: 'node test/suites/remote/failover.mjs',
    counts: /^failover: (?:passed|FAILED|skipped).*/m,
  },
  {
    name: 'large-snapshot',
    lane: 'alone',
    command: 'node test/suites/snapshot/run.mjs --long',
    counts: /^snapshot: .*/m,
  },
  {
    name: 'client-tabs',
    lane: 'alone',
    command: 'node test/suites/clients/tabs/run.mjs',
    counts: /^client tabs: .*/m,
  },
  {
    name: 'remote-model',
    lane: 'alone',
    command:
      'node test/suites/remote/run.mjs --transactions 100000 --programs 1 --clients idb --seconds 1 --cuts 0',
    counts: /^remote: (?:passed|FAILED|skipped).*/m,
  },
  {
    name: 'every-runtime',
    lane: 'alone',
    command: `${matrix} unit,runners --runtimes node@24,node@26,bun,deno`,
    counts: /^matrix: .*/m,
  },
  {
    name: 'every-runner',
    lane: 'packages',
    command: 'node test/suites/package/runners.mjs',
    counts: /^runners: .*/m,
  },
  {
    name: 'every-sample',
    lane: 'packages',
    command: 'node test/suites/package/samples.mjs --long',
    counts: /^samples: .*/m,
  },
]
