/** `completion`: what makes a shell complete commands, options and names. */
import { Argument, type Command } from 'commander'
import { scripts, type Shell, shells } from '../completion/scripts.ts'
import { fittingWords } from '../completion/words.ts'
import { printJson, printLine, withExamples, withJson } from '../terminal/output.ts'
import { plainText } from '../terminal/plain-text.ts'

/** Adds the command, and the one that its scripts call. */
export function addCompletion(program: Command): void {
  const command = program
    .command('completion')
    .description('a script that lets a shell complete commands, options, and names of databases')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action(printScript)
  withExamples(withJson(command), 'source <(idb-everywhere completion bash)')
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const found = await fittingWords(program, words)
      // A line is a word, and a shell shows it in a terminal.
      for (const word of found) if (word === plainText(word)) await printLine(word)
    })
}

async function printScript(shell: Shell, { json }: { readonly json: boolean }): Promise<void> {
  await (json ? printJson({ shell, script: scripts[shell] }) : printLine(scripts[shell]))
}
