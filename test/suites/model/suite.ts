/** Random programs against the model, many of them, in memory and on files. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../../kit/history/random.ts'
import { memory } from '../../../vfs/memory.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { generateProgram } from './generate.ts'
import type { Program } from './program.ts'
import { onFiles } from './files.ts'
import { runProgram } from './run-program.ts'
import { shrink } from './shrink.ts'
import { textOf } from './text.ts'

/** Transactions in a program. A new program starts with nothing, and is shrunk by itself. */
const programLength = 1_000

/** In memory, in memory with a write-ahead log as on files, and now and then on files. */
const vfsKinds = [
  'memory',
  'log',
  'memory',
  'log',
  'memory',
  'log',
  'memory',
  'log',
  'files',
] as const

/** What was tried. */
export interface ModelCounts {
  transactions: number
  /** The first difference, with the smallest program that shows it; null: there was none. */
  wrong: string | null
}

/** Runs programs with that number of transactions in all; `progress` is told how many are done. */
export async function checkAgainstModel(
  { transactions, seed, first = 0 }: { transactions: number; seed: number; first?: number },
  progress: (transactions: number) => void,
): Promise<ModelCounts> {
  const counts: ModelCounts = { transactions: 0, wrong: null }
  for (let number = first; counts.transactions < transactions; number++) {
    const length = Math.min(programLength, transactions - counts.transactions)
    const program = generateProgram(length, seededRandom(seed, number))
    const kind = vfsKinds[number % vfsKinds.length] ?? 'memory'
    const wrong = await tryOn(kind, program)
    if (wrong !== null) {
      const smallest = await shrink(program, (part) => tryOn(kind, part))
      return { ...counts, wrong: describe({ seed, number, kind, wrong, ...smallest }) }
    }
    counts.transactions += length
    progress(counts.transactions)
  }
  return counts
}

async function tryOn(kind: (typeof vfsKinds)[number], program: Program): Promise<string | null> {
  if (kind === 'memory') return runProgram(program, onFiles({ vfs: memory(), path: 'model' }))
  if (kind === 'log') {
    return runProgram(program, onFiles({ vfs: { ...memory(), isPersistent: true }, path: 'model' }))
  }
  const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-model-'))
  try {
    return await runProgram(program, onFiles({ vfs: nodeFs(), path }))
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

interface Finding {
  readonly seed: number
  readonly number: number
  readonly kind: string
  readonly wrong: string
  readonly program: Program
  readonly difference: string
}

function describe({ seed, number, kind, wrong, program, difference }: Finding): string {
  return [
    `program ${number} of seed ${seed} (--seed ${seed} --first ${number}), ${kind}: ${wrong}`,
    `shrunk to ${program.length} steps: ${difference}`,
    ...program.map((step, i) => `${i}: ${textOf(step)}`),
  ].join('\n')
}
