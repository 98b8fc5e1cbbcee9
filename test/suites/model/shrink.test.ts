import { expect, test } from 'vitest'
import { memory } from '../../../vfs/memory.ts'
import { seededRandom } from '../../kit/history/random.ts'
import { onFiles } from './files.ts'
import { generateProgram } from './generate.ts'
import type { Program, Request } from './program.ts'
import { runProgram } from './run-program.ts'
import { shrink } from './shrink.ts'

const program = generateProgram(60, seededRandom(5))

test('the same seed gives the same program', () => {
  expect(generateProgram(60, seededRandom(5))).toEqual(program)
  expect(generateProgram(60, seededRandom(6))).not.toEqual(program)
})

test('a program runs as the model says, and so does any part of it', async () => {
  for (const part of [program, program.slice(20), program.filter((_, i) => i % 2)]) {
    expect(await runProgram(part, onFiles({ vfs: memory(), path: 'model' }))).toBeNull()
  }
})

test('a program is shrunk to the one request that matters', async () => {
  const isAdd = ({ do: verb, store }: Request): boolean => verb === 'add' && store === 'inside'
  const smallest = await shrink(program, async (part) =>
    requestsOf(part).some(isAdd) ? 'add' : null,
  )
  expect(smallest.difference).toBe('add')
  expect(requestsOf(smallest.program)).toHaveLength(1)
  expect(smallest.program).toHaveLength(1)
})

function requestsOf(part: Program): Request[] {
  return part.flatMap((step) => (step.do === 'transaction' ? step.requests : []))
}
