/**
 * What the launchers of suites in browsers have in common: Node 20 cannot run their TypeScript as it is, and Playwright cannot be
 * bundled, so that the bundle has to lie inside the tree, where packages resolve.
 */
import { build } from 'esbuild'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url))

/** A folder of this run's own, so that two do not write over each other; it lasts as long as the process. */
export function suiteFolder(name) {
  const folder = join(projectRoot, `node_modules/.cache/idb-everywhere-${name}/${process.pid}`)
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** What all bundles of a suite are made with. */
export const bundling = { absWorkingDir: projectRoot, bundle: true, logLevel: 'error' }

/** Runs `main` of a suite's own part with the command line and what is to be told it; its result is the exit code. */
export async function runSuite(entryPoint, folder, told) {
  const outfile = join(folder, 'main.mjs')
  await build({
    ...bundling,
    entryPoints: [entryPoint],
    outfile,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
  })
  const { main } = await import(pathToFileURL(outfile).href)
  process.exitCode = await main(process.argv.slice(2), told)
}
