/** Test runners whose workers share a directory, as processes and as threads. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../package/projects.mjs'
import { inProject, installedPackage, sources, workerCount } from './running.mjs'

/** Each file of tests raises the counter so often. */
const raises = 25

export async function checkVitest() {
  const toolDirectory = await installedPackage('vitest', '4.1.12')
  for (const pool of ['forks', 'threads']) {
    await inRunner(toolDirectory, async ({ directory, env }) => {
      writeTests(directory, `import { test } from 'vitest'\n`)
      const options = {
        pool,
        maxWorkers: workerCount,
        minWorkers: workerCount,
        include: ['*.test.mjs'],
      }
      const config = `export default { test: ${JSON.stringify(options)} }\n`
      writeFileSync(join(directory, 'vitest.config.mjs'), config)
      const program = join(toolDirectory, 'node_modules/vitest/vitest.mjs')
      await run(process.execPath, [program, 'run'], { cwd: directory, env })
    })
  }
}

export async function checkJest() {
  const toolDirectory = await installedPackage('jest', '30.5.2')
  for (const workerThreads of [false, true]) {
    await inRunner(toolDirectory, async ({ directory, env }) => {
      writeTests(directory, '')
      const options = {
        testMatch: ['**/*.test.mjs'],
        transform: {},
        workerThreads,
        maxWorkers: workerCount,
        testEnvironment: 'node',
      }
      writeFileSync(join(directory, 'jest.config.json'), JSON.stringify(options))
      const jest = join(toolDirectory, 'node_modules/jest/bin/jest.js')
      await run(process.execPath, ['--experimental-vm-modules', jest], { cwd: directory, env })
    })
  }
}

function inRunner(toolDirectory, work) {
  return inProject({ toolDirectory, folder: 'server', expected: raises * workerCount }, work)
}

function writeTests(directory, head) {
  const text = readFileSync(join(sources, 'runners/suite.mjs'), 'utf8')
  for (let i = 0; i < workerCount; i++) {
    writeFileSync(join(directory, `${i}.test.mjs`), head + text.replace('NUMBER', String(i)))
  }
}
