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
  /** `--` stands before. */
  readonly isPastOptions: boolean
}

/**
 * All that fits, by `words` after the program's name, of which the last is what has been begun. `:directories` and `:files` are for the
 * shell to find. What begins with a minus is an option, unless `--` stands before it.
 */
export async function fittingWords(program: Command, words: readonly string[]): Promise<string[]> {
  const [name, ...others] = words
  const begun = words.at(-1) ?? ''
  const command = program.commands.find((it) => it.name() === name)
  if (!command || words.length < 2) return beginningWith(begun, commandNames(program))
  if (command.commands.length > 0) return fittingWords(command, others)
  const place = placeOf(command, others.slice(0, -1))
  if (place.option || place.isPastOptions) return beginningWith(begun, await candidatesAt(place))
  if (begun.startsWith('-')) return beginningWith(begun, optionsOf(command))
  return beginningWith(begun, withoutMinus(await candidatesAt(place)))
}

/** In place of those that would be taken for options there is what has to stand before them. */
function withoutMinus(words: readonly string[]): string[] {
  const others = words.filter((it) => !it.startsWith('-'))
  return others.length < words.length ? [...others, '--'] : others
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
  let isPastOptions = false
  for (const word of words) {
    const takesValue = option
    option = undefined
    if (takesValue) continue
    if (isPastOptions) {
      found.push(word)
      continue
    }
    isPastOptions = word === '--'
    const named = command.options.find((it) => it.long === word)
    if (named?.required) option = named
    else if (!word.startsWith('-')) found.push(word)
  }
  return { command, arguments: found, option, isPastOptions }
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
