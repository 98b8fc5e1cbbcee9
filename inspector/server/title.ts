/** What a person calls a directory. */
import { homedir } from 'node:os'
import { join, relative, sep } from 'node:path'

/** An absolute path, with `~` for the home directory of the user. */
export function titleOf(directory: string, home = homedir()): string {
  const inHome = relative(home, directory)
  const isInside = inHome !== '' && inHome !== '..' && !inHome.startsWith(`..${sep}`)
  return isInside && join(home, inHome) === directory ? join('~', inHome) : directory
}
