/**
 * Takes the pictures of the inspector in docs/pictures: what a person sees on a shop's directory, on a light and on a dark page.
 * Needs a built `dist/` and Chromium.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { projectRoot, runSuite, suiteFolder } from '../../kit/playwright-suite.mjs'

const load = (name) => import(pathToFileURL(join(projectRoot, 'dist', name)).href)
await runSuite('test/suites/inspector/pictures.ts', suiteFolder('pictures'), {
  folder: join(projectRoot, 'docs/pictures'),
  library: await load('index.js'),
  serveInspector: (await load('inspector-server.js')).serveInspector,
})
