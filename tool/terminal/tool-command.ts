/** Commands whose arguments may be keys. */
import { Command, type ParseOptionsResult } from 'commander'

/** No option begins so, but numbers and ranges of them do: `-5`, `-.5`, `-Infinity`, `-5..5`. */
const isNegative = /^-(?:\.?\d|Infinity)/

/** Cannot stand in an argument of a program. */
const mark = '\0'

/** A command that takes for an argument what begins as a negative number does. */
export class ToolCommand extends Command {
  override createCommand(name?: string): ToolCommand {
    return new ToolCommand(name)
  }

  override parseOptions(words: string[]): ParseOptionsResult {
    const marked = words.map((word, i) =>
      isNegative.test(word) && !this.#isTakenBy(words[i - 1]) ? mark + word : word,
    )
    const { operands, unknown } = super.parseOptions(marked)
    return { operands: operands.map(unmarked), unknown: unknown.map(unmarked) }
  }

  /** Whether the word before is an option that takes the next one. */
  #isTakenBy(before: string | undefined): boolean {
    return this.options.some((option) => option.required && before === option.long)
  }
}

const unmarked = (word: string): string => word.replace(mark, '')
