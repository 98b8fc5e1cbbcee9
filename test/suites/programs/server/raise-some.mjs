/** Raises the counter as often as `RAISES` says, and ends; as a thread, a forked process or by itself. */
import { raise } from './counter.mjs'

for (let i = 0; i < Number(process.env.RAISES); i++) await raise()
