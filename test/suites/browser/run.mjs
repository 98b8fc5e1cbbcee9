// Bundles what the pages of the browser tests load, and runs the tests.
import { build } from 'esbuild'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { bundling, projectRoot, runSuite, suiteFolder } from '../../kit/playwright-suite.mjs'

const outdir = suiteFolder('browser')
const scopeRoot = join(outdir, 'scope')
await build({
  ...bundling,
  entryPoints: readdirSync(join(projectRoot, 'test/suites/browser/scope'))
    .filter((name) => /-(worker|page)\.ts$/.test(name))
    .map((name) => `test/suites/browser/scope/${name}`),
  outdir: scopeRoot,
  format: 'esm',
  target: 'es2022',
})
await runSuite('test/suites/browser/main.ts', outdir, { projectRoot, scopeRoot })
