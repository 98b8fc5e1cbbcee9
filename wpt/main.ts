/** Runs web-platform-tests' IndexedDB suite in a server runtime: one process per page. */
import { dirname, join } from 'node:path'
import { startPostgres } from '../test/kit/postgres-server.ts'
import { runtimeCommand, runtimeLabel } from '../test/kit/runtimes.ts'
import { type Settings, parseCommandLine, usage } from './command-line.ts'
import { type Expectations, readExpectations, reasonNotRun } from './expectations.ts'
import { findImplementation, implementationLabel } from './implementations.ts'
import {
  type Manifest,
  type RunKey,
  knownTotals,
  readManifest,
  recordScores,
  recordedScores,
  writeManifest,
} from './manifest.ts'
import { type Environment, runPage } from './page-process.ts'
import { type Page, listPages, pageName } from './pages.ts'
import type { PageResult } from './result.ts'
import { type Review, type Standard, printPage, reviewResults } from './review.ts'
import { startServer } from './server.ts'
import { type Suite, findSuite } from './suite.ts'

/** Paths that only the launcher knows. */
export interface Places {
  readonly projectRoot: string
  /** The bundle that a page's process runs. */
  readonly startPath: string
}

/** Gives the exit code: 0 if all is as expected and no worse than recorded, 1 if not, 2 if it cannot run. */
export async function main(args: readonly string[], places: Places): Promise<number> {
  try {
    const settings = parseCommandLine(args)
    if (settings) return await runSuite(settings, places)
    console.log(usage)
    return 0
  } catch (error) {
    console.error(error)
    return 2
  }
}

async function runSuite(settings: Settings, { projectRoot, startPath }: Places): Promise<number> {
  const suite = findSuite(projectRoot)
  const expectations = readExpectations(join(projectRoot, 'wpt/expectations.yaml'))
  const pages = selectPages(suite, expectations, settings.filter)
  const runtime = runtimeLabel(settings.runtime)
  const vfs = implementationLabel({ ...settings, name: settings.implementation })
  const key = { commit: suite.commit, runtime, vfs }
  const database = settings.vfs === 'postgres' ? await startPostgres() : null
  const implementation = await findImplementation({
    ...settings,
    server: database,
    name: settings.implementation,
    projectRoot,
    workDirectory: dirname(startPath),
  })
  const command = [...(await runtimeCommand(settings.runtime)), startPath]
  const server = await startServer(suite.root)
  const environment = { command, suiteRoot: suite.root, origin: server.origin, implementation }

  const manifestPath = join(projectRoot, 'wpt/manifest.yaml')
  const manifest = readManifest(manifestPath)
  const standard = standardOf(settings, { manifest, key, expectations })
  let isGood = true
  try {
    for (let round = 0; round < settings.repeat; round++) {
      const review = await runRound(pages, { environment, settings, standard })
      isGood &&= review.isGood
      if (settings.update)
        recordScores(manifest, key, { scores: review.scores, keepOthers: settings.filter !== '' })
    }
  } finally {
    server.close()
    await database?.stop()
  }
  if (settings.update) writeManifest(manifestPath, manifest)
  return isGood ? 0 : 1
}

/** How pages are run, and what their results are held to. */
interface RoundOptions {
  readonly environment: Environment
  readonly settings: Settings
  readonly standard: Standard
}

async function runRound(
  pages: readonly Page[],
  { environment, settings, standard }: RoundOptions,
): Promise<Review> {
  const review = reviewResults(await runPages(pages, environment, settings), standard)
  console.log(review.text)
  return review
}

/** What results are held to: nothing where they are to become the record. */
function standardOf(
  { update, implementation }: Settings,
  { manifest, key, expectations }: { manifest: Manifest; key: RunKey; expectations: Expectations },
): Standard {
  return {
    key,
    recorded: update ? new Map() : recordedScores(manifest, key),
    knownTotals: update ? new Map() : knownTotals(manifest, key),
    // A peer's failures are its score, not a defect of this package.
    expectations: implementation === 'ours' ? expectations : null,
  }
}

function selectPages(suite: Suite, expectations: Expectations, filter: string): Page[] {
  const pages = listPages(suite).filter((page) => pageName(page).includes(filter))
  const selected = pages.filter((page) => reasonNotRun(expectations, page.file) === null)
  if (selected.length === 0) {
    throw new Error(
      `No page of the suite in ${suite.root} that can be run here has "${filter}" in its name`,
    )
  }
  return selected
}

/** Results in the order of the pages. */
async function runPages(
  pages: readonly Page[],
  environment: Environment,
  { jobs, verbose }: Settings,
): Promise<PageResult[]> {
  const results: PageResult[] = []
  const queue = pages.entries()
  // All workers draw from one iterator.
  const work = async () => {
    for (const [place, page] of queue) {
      const result = await runPage(page, environment)
      results[place] = result
      printPage(result, { verbose })
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return results
}
