/** What one part of the fuzzer does. */
import type { Random } from '../../kit/history/random.ts'

/** A kind of input, and what must hold for every one of them. */
export interface Part {
  /** How often the process says where it is: each time costs about a quick input. */
  readonly inputsPerReport: number
  /** The most memory an input may need, in bytes; what it was given is small. */
  readonly memoryBytes: number
  /** An input; the same for the same draws, but for what the engine itself draws at random. */
  make(random: Random): Uint8Array
  /** Tries it. @throws Error that says what is wrong */
  try(input: Uint8Array): void | Promise<void>
}
