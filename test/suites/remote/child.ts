/** One process of several, under a load. */
import type { ChildMessage, LoadOrder } from './child-report.ts'
import { Load } from './load.ts'

const load = new Load(JSON.parse(process.argv[2] ?? '') as LoadOrder) // The parent wrote it.

process.on('message', (message: ChildMessage) => {
  if (message === 'report') process.send?.(load.report)
  else void end()
})

// Now it can be asked.
process.send?.('ready')

// Its parent has ended.
process.on('disconnect', () => process.exit())

async function end(): Promise<void> {
  await load.stop()
  process.send?.(load.report, () => process.disconnect())
}
