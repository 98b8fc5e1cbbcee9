/** How help looks. */
import { Help, type HelpConfiguration } from 'commander'
import { paint } from './colors.ts'

/** The list of commands has the names alone, so that there is room for what they do: the help of each has its arguments. */
export const helpLooks: HelpConfiguration = {
  subcommandTerm: (command) => command.name(),
  // What every option without a value is unless it is given.
  optionDescription: (option) =>
    new Help().optionDescription(option).replace(/ ?\(default: false\)$/, ''),
  styleTitle: (title) => paint('bold', title),
}
