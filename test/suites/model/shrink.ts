/** Makes a program that differs from the model as small as it gets. */
import fc from 'fast-check'
import type { Program, Request, Step } from './program.ts'

/** The smallest program found, and what differs in it. */
export interface Smallest {
  readonly program: Program
  readonly difference: string
}

/**
 * Leaves out steps, then requests and toggles, for as long as something differs. `tryProgram` gives what differs in a program,
 * null for nothing.
 */
export async function shrink(
  program: Program,
  tryProgram: (program: Program) => Promise<string | null>,
): Promise<Smallest> {
  let smallest: Smallest = { program, difference: 'could not be seen again' }
  const leaveOut = async <Part>(
    parts: readonly Part[],
    programOf: (parts: readonly Part[]) => Program,
  ): Promise<void> => {
    const property = fc.asyncProperty(fc.subarray([...parts]), async (kept) => {
      const candidate = programOf(kept)
      const difference = await tryProgram(candidate)
      if (difference === null) return
      smallest = { program: candidate, difference }
      throw new Error(difference)
    })
    await fc.check(property, { examples: [[[...parts]]], numRuns: 1, endOnFailure: false })
  }
  await leaveOut(program, (steps) => steps)
  await leaveOut(atomsOf(smallest.program), joinAtoms)
  return smallest
}

/** A step with one of its parts. */
interface Atom {
  readonly stepNumber: number
  readonly step: Step
}

function atomsOf(program: Program): Atom[] {
  return program.flatMap((step, stepNumber) =>
    splitStep(step).map((it) => ({ stepNumber, step: it })),
  )
}

function splitStep(step: Step): Step[] {
  if (step.do === 'transaction') return step.requests.map((it) => ({ ...step, requests: [it] }))
  if (step.do === 'upgrade') return step.toggles.map((it) => ({ ...step, toggles: [it] }))
  return [step]
}

/** Steps again; what belonged to one step does so still. */
function joinAtoms(atoms: readonly Atom[]): Program {
  const steps = new Map<number, Step>()
  for (const { stepNumber, step } of atoms) {
    const before = steps.get(stepNumber)
    steps.set(stepNumber, before ? joinSteps(before, step) : step)
  }
  return [...steps.values()]
}

function joinSteps(one: Step, other: Step): Step {
  if (one.do === 'transaction' && other.do === 'transaction') {
    const requests: Request[] = [...one.requests, ...other.requests]
    return { ...one, requests }
  }
  if (one.do === 'upgrade' && other.do === 'upgrade') {
    return { ...one, toggles: [...one.toggles, ...other.toggles] }
  }
  throw new Error('unreachable: a step of one part')
}
