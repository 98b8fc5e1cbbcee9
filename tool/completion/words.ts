/** The words that fit at the end of a command line. */
import type { Argument, Command, Option } from 'commander'
import { namesOf, withDatabase } from '../databases/connection.ts'
import { withIndexedDB } from '../terminal/directory.ts'

/** A command line up to where it is to be completed. */
interface Place {
  readonly command: Command
  /** The arguments before. */
  readonly arguments: readonly string[]
  /** The option whose value comes next; undefined: none waits for one. */
  readonly option: Option | undefined
}

/**
 * All that fits, by `words` after the program's name, of which the last is what has been begun. `:directories` and `:files` are for the
 * shell to find.
 */
export async function fittingWords(program: Command, words: readonly string[]): Promise<string[]> {
  const [name, ...others] = words
  const begun = words.at(-1) ?? ''
  const command = program.commands.find((it) => it.name() === name)
  if (!command || words.length < 2) return beginningWith(begun, commandNames(program))
  const place = placeOf(command, others.slice(0, -1))
  if (!place.option && begun.startsWith('-')) return beginningWith(begun, optionsOf(command))
  return beginningWith(begun, await candidatesAt(place))
}

const commandNames = (program: Command): string[] =>
  program
    .createHelp()
    .visibleCommands(program)
    .map((it) => it.name())

const optionsOf = (command: Command): string[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap((it) => it.long ?? [])

const beginningWith = (begun: string, words: readonly string[]): string[] =>
  words.filter((it) => it.startsWith(':') || it.startsWith(begun))

function placeOf(command: Command, words: readonly string[]): Place {
  const found: string[] = []
  let option: Option | undefined
  for (const word of words) {
    const takesValue = option
    option = undefined
    if (takesValue) continue
    const named = command.options.find((it) => it.long === word)
    if (named?.required) option = named
    else if (!word.startsWith('-')) found.push(word)
  }
  return { command, arguments: found, option }
}

async function candidatesAt(place: Place): Promise<string[]> {
  const { command, option } = place
  if (option) return option.argChoices ?? (option.long === '--index' ? namesIn(place, 'index') : [])
  const next = command.registeredArguments[place.arguments.length]
  return next ? argumentWords(next, place) : []
}

async function argumentWords(argument: Argument, place: Place): Promise<string[]> {
  if (argument.argChoices) return argument.argChoices
  const name = argument.name().replace(/\d$/, '')
  if (name === 'directory') return [':directories']
  if (name === 'file') return [':files']
  return name === 'database' || name === 'store' ? namesIn(place, name) : []
}

/** The names there are. What cannot be read has none: this is no place for errors. */
async function namesIn(place: Place, kind: 'database' | 'store' | 'index'): Promise<string[]> {
  const [directory, database, store] =
    kind === 'database' ? place.arguments.slice(-1) : place.arguments
  if (directory === undefined) return []
  try {
    if (kind === 'database') return await withIndexedDB(directory, namesOf)
    if (database === undefined) return []
    return await withDatabase(directory, database, async (connected) => {
      if (kind === 'store') return [...connected.database.objectStoreNames]
      const transaction = connected.database.transaction(store ?? '')
      return [...transaction.objectStore(store ?? '').indexNames]
    })
  } catch {
    return []
  }
}
