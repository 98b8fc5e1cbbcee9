/** A process whose clocks jump before anything else is loaded. Arguments: directory. */
import { jumps } from './jumping-clock.ts'

await import('./clock-load.ts')
if (jumps() === 0) throw new Error('No clock has jumped')
