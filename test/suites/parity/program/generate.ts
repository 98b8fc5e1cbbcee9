/** Arbitrary programs. */
import fc from 'fast-check'
import type { Program, VersionChangeReaction } from './program.ts'
import { constants } from './generate/choices.ts'
import { firstRound, round } from './generate/rounds.ts'

/** The same programs for the same seed. */
export function generatePrograms(seed: number, programCount: number): readonly Program[] {
  return fc.sample(program, { seed, numRuns: programCount })
}

const versionChangeReaction: fc.Arbitrary<VersionChangeReaction> = fc.oneof(
  { weight: 4, arbitrary: constants<VersionChangeReaction[]>('close', 'nothing') },
  { weight: 1, arbitrary: constants<VersionChangeReaction[]>('throw', 'close and throw') },
)

/** One reaction for all: where some connections close and others do not, Firefox fires no `blocked`. */
const program: fc.Arbitrary<Program> = fc
  .record({
    capture: fc.boolean(),
    first: firstRound,
    rounds: fc.array(round, { minLength: 2, maxLength: 5 }),
    versionchange: versionChangeReaction,
  })
  .map(({ capture, first, rounds, versionchange }) => ({
    capture,
    rounds: [first, ...rounds].map(({ kind, steps }) => ({
      kind,
      steps: steps.map((step) => (step.do === 'open' ? { ...step, versionchange } : step)),
    })),
  }))
