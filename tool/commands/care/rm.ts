/** `rm`: deletes a database. */
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import type { IDBBlocker } from 'idb-everywhere'
import { removeDatabase } from 'idb-everywhere/maintenance'
import { waitingText, withWait } from '../../databases/blocked.ts'
import { removeFromServer } from '../../databases/remove-from-server.ts'
import { existingDirectory } from '../../terminal/directory.ts'
import { exitCodes } from '../../terminal/exit-codes.ts'
import { Interrupted, WrongUse } from '../../terminal/failures.ts'
import { isServer, placeText } from '../../terminal/server.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { plainText } from '../../terminal/plain-text.ts'

interface RmOptions {
  readonly json: boolean
  readonly yes: boolean
  readonly wait: number
}

/** Adds the command. */
export function addRm(program: Command): void {
  const command = program
    .command('rm')
    .description('delete a database, after asking; programs that have it open are told to close it')
    .argument('<directory>', placeText)
    .argument('<database>', 'its name')
    .option('--yes', 'do not ask', false)
    .action(remove)
  withExamples(
    withJson(withWait(command)),
    'rm ./data shop',
    'rm ./data shop --yes',
    'rm postgres: shop',
  )
}

async function remove(place: string, name: string, options: RmOptions): Promise<void> {
  const isFiles = !isServer(place)
  const directory = isFiles ? existingDirectory(place) : place
  const shown = plainText(JSON.stringify(name))
  const where = isFiles ? plainText(directory) : 'the server'
  if (!options.yes && !(await isMeant(`Delete database ${shown} in ${where}?`))) {
    console.error('nothing was deleted')
    process.exitCode = exitCodes.failed
    return
  }
  const removing = { place: directory, name, wait: options.wait }
  const version = await (isFiles ? removeFromFiles(removing) : removeFromServer(removing))
  if (options.json) return printJson({ name, version })
  await printLine(`deleted ${shown}${version === null ? '' : `, version ${version}`}`)
}

interface Removing {
  readonly place: string
  readonly name: string
  readonly wait: number
}

/** Gives the version that it had; null: it could not be read. */
async function removeFromFiles({ place, name, wait }: Removing): Promise<number | null> {
  const onBlocked = (blockers: readonly IDBBlocker[]): void =>
    console.error(waitingText(name, blockers, wait))
  const { version } = await removeDatabase(place, name, { waitMs: wait * 1000, onBlocked })
  return version
}

/** @throws WrongUse where there is no one to be asked; Interrupted */
async function isMeant(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new WrongUse('There is no terminal to ask on; add --yes to delete without being asked')
  }
  const answer = await answerTo(`${question} [y/N] `)
  return /^y(?:es)?$/i.test(answer.trim())
}

/** Empty where the terminal has no more to say. @throws Interrupted */
function answerTo(question: string): Promise<string> {
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  return new Promise<string>((resolve, reject) => {
    // Without an answer, the cursor is still in the line of the question.
    const leaveLine = (): boolean => process.stderr.write('\n')
    const closed = (): void => {
      leaveLine()
      resolve('')
    }
    asking.once('close', closed)
    asking.once('SIGINT', () => {
      asking.off('close', closed)
      leaveLine()
      reject(new Interrupted('Interrupted; nothing was deleted', 'SIGINT'))
    })
    asking.question(question).then((answer) => {
      asking.off('close', closed)
      resolve(answer)
    }, reject)
  }).finally(() => asking.close())
}
