/**
 * Has a stranger's reader read our files: `reader.py` was written from docs/file-format.md alone, in Python with its own `sqlite3`. It has
 * to find every key and value that was stored. Needs a built `dist/` and `python3`; Chromium for the types that only pages have.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { bundling, projectRoot, runSuite, suiteFolder } from '../../kit/playwright-suite.mjs'

const isPythonHere = spawnSync('python3', ['-c', 'import sqlite3']).status === 0
if (isPythonHere) await run()
else {
  console.log('format: not run, as there is no python3 with sqlite3 here; apt-get install python3')
  process.exitCode = process.env['IDB_TEST_PYTHON'] === 'required' ? 1 : 0
}

async function run() {
  const folder = suiteFolder('format')
  const pageScripts = join(folder, 'page')
  await build({
    ...bundling,
    entryPoints: ['test/suites/format/page.mjs'],
    outdir: pageScripts,
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    platform: 'browser',
    external: ['node:*'],
  })
  const dist = join(projectRoot, 'dist')
  await runSuite('test/suites/format/main.mjs', folder, {
    dist,
    library: await import(pathToFileURL(join(dist, 'index.js')).href),
    page: join(projectRoot, 'docs/file-format.md'),
    reader: fileURLToPath(new URL('reader.py', import.meta.url)),
    pageScripts,
  })
}
