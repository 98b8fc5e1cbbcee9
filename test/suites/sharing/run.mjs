/**
 * Several processes with several threads each share one directory, under random load, while owners and clients are killed, stopped,
 * ended or leave; then all that was acknowledged, refused and seen is held against what is there, and against the model.
 *
 * node test/suites/sharing/run.mjs [--long | --kills 10] [--clients 2] [--stops 1] [--leaves 1] [--seed 1]
 *   [--processes 4] [--threads 2] [--slots 3] [--rest 5] [--stuck 10000] [--load 200] [--runtimes node,bun] [--broken lose]
 *
 * `--long`: 8 processes with 3 threads, 1,000 kills of the owner, 100 of clients, 50 stops, 20 of each way to leave. `--rest`: so many
 * milliseconds lie between two tasks of a slot, at most. `--broken lose|twice|lie|torn|hang|forge` has the threads do wrong,
 * now and then, to show that it is found.
 */
import { flag, importBundled } from '../../kit/bundle.mjs'

const { module, pathOf } = await importBundled('test/suites/sharing/suite.ts', [
  'test/suites/sharing/child.ts',
])
const isLong = flag('long') === true
const number = (name, short, long) => Number(flag(name) ?? (isLong ? long : short))
const options = {
  ownerKills: number('kills', 10, 1_000),
  clientKills: number('clients', 2, 100),
  stops: number('stops', 1, 50),
  leaves: number('leaves', 1, 20),
  processes: number('processes', 4, 8),
  threads: number('threads', 2, 3),
  slots: number('slots', 3, 3),
  restMs: number('rest', 5, 20),
  stuckMs: number('stuck', 10_000, 10_000),
  loadMs: number('load', 200, 5_000),
  seed: number('seed', Date.now() % 1_000_000, Date.now() % 1_000_000),
  runtimes: String(flag('runtimes') ?? 'node').split(','),
  broken: flag('broken') ?? null,
  childPath: pathOf('test/suites/sharing/child.ts'),
}
console.log(`sharing: --seed ${options.seed} on ${options.runtimes}`)

const counts = await module.runSharing(options)
const findings = module.findingsOf(counts)
for (const what of findings.slice(0, 20)) console.error(what.slice(0, 2_000))
for (const line of module.summaryOf(counts)) console.log(line)
process.exitCode = findings.length > 0 ? 1 : 0
