/** The parts of the fuzzer, by name. */
import type { Part } from './part.ts'
import { files } from './parts/files.ts'
import { frames } from './parts/frames.ts'
import { keys } from './parts/keys.ts'
import { ports } from './parts/ports.ts'
import { rows } from './parts/rows.ts'
import { values } from './parts/values.ts'
import { visits } from './parts/visits.ts'

export const parts: Readonly<Record<string, Part>> = {
  keys,
  values,
  rows,
  ports,
  frames,
  visits,
  files,
}
