/** Suites that have a form on a server: each a command line of its own, whose line of counts says how it went. */
import { spawn } from 'node:child_process'

/** Runs parity's programs, and those of client libraries. Gives what is to be said of them, and what is wrong. */
export async function runOthers({ programs, clients, seed }) {
  const parity = ['test/suites/parity/run.mjs', '--against', 'node-memory,node-postgres']
  const libraries = clients === 'all' ? [] : clients.split(',')
  const suites = [
    { args: [...parity, '--programs', programs, '--seed', seed], counts: /^parity: (.*);/m },
    {
      args: ['test/suites/clients/run.mjs', ...libraries, '--host', 'postgres'],
      counts: /^clients: (.*)/m,
    },
  ]
  const found = { counts: [], wrong: [] }
  for (const { args, counts } of suites) {
    const { exitCode, output } = await runCommand(args.map(String))
    const line = output.match(counts)?.[1]
    if (line) found.counts.push(line)
    if (exitCode !== 0 || !line) found.wrong.push(output.slice(-5_000))
  }
  return found
}

function runCommand(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (it) => (output += it))
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, output }))
  })
}
