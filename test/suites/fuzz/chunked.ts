/** Inputs that come through a stream: the first byte says how large the chunks are that the rest comes in. */
import type { Random } from '../../kit/history/random.ts'
import { mutate } from './mutate.ts'

/** An input made of one of the seeds. */
export function makeChunked(seeds: readonly Uint8Array[], random: Random): Uint8Array<ArrayBuffer> {
  const bytes = mutate(random.pick(seeds), random, seeds)
  return Uint8Array.from([random.below(256), ...bytes])
}

/** How large the chunks of an input are, in bytes. */
export function chunkBytesOf([first = 0]: Uint8Array): number {
  return first === 0 ? Infinity : first * first
}
