// Starts the demo page, and runs its tests.
import { startDemo } from '../../../browser-demo/serve.mjs'
import { runSuite, suiteFolder } from '../../kit/playwright-suite.mjs'

const demo = await startDemo()
try {
  await runSuite('test/suites/browser-demo/main.ts', suiteFolder('browser-demo'), demo.origin)
} finally {
  demo.close()
}
