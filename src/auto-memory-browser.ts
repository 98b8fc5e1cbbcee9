/** As `auto-browser.ts`, in memory: nothing outlives the page or worker. */
import { memory } from '../vfs/memory.ts'
import { install } from './index-browser.ts'

install({ vfs: memory() })
