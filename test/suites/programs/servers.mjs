/** Development servers, whose own processes and those that they fork share a directory, while one of them restarts. */
import { appendFileSync, cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeProject, temporaryDirectory } from '../package/projects.mjs'
import {
  checkSum,
  inProject,
  installedPackage,
  packages,
  pause,
  raiseAt,
  sources,
  whileRunning,
} from './running.mjs'

/** Two servers of one project. */
export async function checkVite() {
  const toolDirectory = await installedPackage('vite', '8.3.8')
  const project = { toolDirectory, folder: 'server', expected: 200 }
  await inProject(project, async ({ directory, path }) => {
    cpSync(join(sources, 'vite'), directory, { recursive: true })
    const program = join(toolDirectory, 'node_modules/vite/bin/vite.js')
    const started = [[program, 'dev'], { cwd: directory, path, command: [process.execPath] }]
    await whileRunning(...started, (one) =>
      whileRunning(...started, (other) =>
        raiseOverRestart([one, other], join(directory, 'vite.config.mjs')),
      ),
    )
  })
}

/** Two projects: Next.js runs one server of each. */
export async function checkNext() {
  const toolDirectory = await installedPackage('next', '16.4.6', ['react@19', 'react-dom@19'])
  const path = temporaryDirectory()
  const projects = [1, 2].map(() => nextProject(toolDirectory))
  const program = join(toolDirectory, 'node_modules/next/dist/bin/next')
  const running = (cwd, work) => {
    const env = { RAISER: join(cwd, 'raiser.mjs') }
    const args = [program, 'dev', '--port', '0', cwd]
    return whileRunning(args, { cwd, path, env, command: [process.execPath] }, work)
  }
  const [first, second] = projects
  try {
    await running(first, (one) =>
      running(second, (other) => raiseOverRestart([one, other], join(first, 'next.config.mjs'))),
    )
    await checkSum(path, 200)
  } finally {
    for (const directory of projects) rmSync(directory, { recursive: true, force: true })
  }
}

function nextProject(toolDirectory) {
  const source = join(sources, 'next')
  const directory = makeProject({ toolDirectory, packages, source, type: 'module' })
  for (const file of ['counter.mjs', 'counter-of.mjs', 'raiser.mjs', 'forked-raiser.mjs']) {
    cpSync(join(sources, 'server', file), join(directory, file))
  }
  return directory
}

/** Raises the counter 200 times at both servers; in the middle the first restarts, as its configuration has changed. */
async function raiseOverRestart([one, other], configuration) {
  await raiseEverywhere([one, other])
  const start = await startOf(one)
  appendFileSync(configuration, '\n// changed\n')
  await Promise.all([
    raiseAt(other, 'raise', 10),
    raiseAt(other, 'forked', 10),
    restarted(one, start),
  ])
  await raiseEverywhere([one, other])
  await raiseAt(one, 'raise', 20)
}

async function raiseEverywhere(ports) {
  await Promise.all(
    ports.flatMap((port) => [raiseAt(port, 'raise', 20), raiseAt(port, 'forked', 20)]),
  )
}

/** Says which run of the server answers; null while none does. */
async function startOf(port) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/start`)
    return response.ok ? await response.text() : null
  } catch {
    return null // It is restarting.
  }
}

async function restarted(port, before) {
  for (let tries = 0; tries < 600; tries++) {
    const start = await startOf(port)
    if (start !== null && start !== before) return
    await pause(100)
  }
  throw new Error('the server has not restarted within a minute')
}
