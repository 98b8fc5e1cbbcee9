/** Small files beside a claim, by which an owner leaves word to those who come after it. Nothing depends on them: they may be missing. */
import fs from 'node:fs'

/** @throws an error of the file system: it is there already, say, or the disk is full */
export function writeMark(file: string, text = ''): void {
  fs.writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
}

/** Never throws. */
export function removeMark(file: string): void {
  try {
    fs.rmSync(file, { force: true })
  } catch {
    // The ids of claims are not used again, so one that stays misleads no one; a later owner removes it.
  }
}
