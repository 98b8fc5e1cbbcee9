import { existsSync } from 'node:fs'
import { Failure } from './failures.ts'

/** @throws Failure where there is such a file, unless it may be overwritten */
export function refuseExisting(file: string, force: boolean): void {
  if (force || !existsSync(file)) return
  throw new Failure(`File "${file}" is there already; add --force to overwrite it`, 'EEXIST')
}
