import { fork } from 'node:child_process'
import { forkedRaiser } from '../../forked-raiser.mjs'
import { answer } from '../answer.js'

export const dynamic = 'force-dynamic'

// A route may be compiled, and loaded, again and again.
globalThis.raiseForked ??= forkedRaiser(fork(process.env.RAISER))

export const GET = () => answer(globalThis.raiseForked)
