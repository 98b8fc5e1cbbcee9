/** The entry point of a page's process: makes its global a worker's, loads the harness, then the page's scripts. */
import { installImplementation } from './implementation.ts'
import type { ScopeOptions } from './options.ts'
import { reportTo } from './report.ts'
import { loadScript } from './scripts.ts'
import { installWorkerScope } from './worker-scope.ts'

const argument = process.argv[2]
if (!argument) throw new TypeError('Expected the options of a page as JSON in the first argument')
// The runner wrote it, from a value of this type.
const options = JSON.parse(argument) as ScopeOptions

const install = await installImplementation(options)
installWorkerScope(options, reportTo(options.report))
install()

loadScript(options, { url: '/resources/testharness.js' })
for (const script of options.scripts) loadScript(options, script)

const harness = globalThis as unknown as { done(): void; timeout(): void } // testharness.js made them
setTimeout(() => harness.timeout(), options.timeoutMs)
harness.done()
