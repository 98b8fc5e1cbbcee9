/**
 * Libraries with a mode of their own for several tabs, unchanged from the registry, in pages: the same program on the browser's own
 * IndexedDB and on ours, where the first tab owns the directory and the others are its clients.
 *
 * `node test/suites/clients/tabs/run.mjs [chromium] [firefox] [--only TEXT] [--on native,ours] [--repeats N] [--verbose] [--dist DIR]`.
 * Needs a built `dist/`. Ends with a line of counts.
 */
import { build } from 'esbuild'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { flag, importBundled } from '../../../kit/bundle.mjs'
import { bundling, projectRoot, runSuite, suiteFolder } from '../../../kit/playwright-suite.mjs'

const { installedPackage } = (await importBundled('test/kit/runtimes.ts')).module

/** Program → the package it tries, and the further ones it needs. */
const libraries = {
  dexie: { package: 'dexie', version: '4.4.7', companions: [] },
  rxdb: { package: 'rxdb', version: '17.6.0', companions: ['rxjs@7.8.2'] },
  firestore: {
    package: '@firebase/firestore',
    version: '4.19.1',
    companions: ['@firebase/app@0.16.5'],
  },
}

const dist = resolve(projectRoot, String(flag('dist') ?? 'dist'))
const outdir = suiteFolder('client-tabs')
const pagesRoot = join(outdir, 'pages')
await mkdir(pagesRoot, { recursive: true })
await writePages()

await runSuite('test/suites/clients/tabs/main.ts', outdir, { dist, pagesRoot })

/** A page for each library and implementation: ours is there before the library looks for one. */
async function writePages() {
  await build({
    ...bundling,
    stdin: {
      contents: `
        import { install } from './index-browser.js'
        install({ force: true })`,
      resolveDir: dist,
    },
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: `const importMetaUrl = new URL('/dist/index-browser.js', location.href).href` },
    outfile: join(pagesRoot, 'ours.js'),
    format: 'esm',
    target: 'es2022',
  })
  for (const [name, { package: library, version, companions }] of Object.entries(libraries)) {
    const installed = await installedPackage(library, version, companions)
    await build({
      ...bundling,
      entryPoints: [`test/suites/clients/tabs/pages/${name}.mjs`],
      nodePaths: [join(installed, 'node_modules')],
      outfile: join(pagesRoot, `${name}.js`),
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
    })
    await writeFile(join(pagesRoot, `${name}-native.html`), pageWith([`${name}.js`]))
    await writeFile(join(pagesRoot, `${name}-ours.html`), pageWith(['ours.js', `${name}.js`]))
  }
}

/** Scripts of the kind `module` run in their order. */
function pageWith(scripts) {
  const tags = scripts.map((name) => `<script type="module" src="/pages/${name}"></script>`)
  return `<!doctype html><title>Tabs</title><body>${tags.join('')}`
}
