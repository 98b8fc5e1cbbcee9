import { expect, test } from 'vitest'
import { ToolCommand } from '../../../tool/terminal/tool-command.ts'

/** What the command `get` of a program is given. */
function argumentsOf(words: readonly string[]): unknown {
  const program = new ToolCommand().exitOverride().configureOutput({ writeErr() {} })
  const given: unknown[] = []
  program
    .command('get [words...]')
    .option('--json')
    .option('--index <name>')
    .action((operands, options) => void given.push(operands, options))
  program.parse(['get', ...words], { from: 'user' })
  return given
}

test.each(['-5', '-1.5e3', '-.5', '-Infinity', '-5..5', '-5<..', '-Infinity..<-1'])(
  '%s is an argument, before and after options',
  (word) => {
    expect(argumentsOf(['s', word, '--json'])).toEqual([['s', word], { json: true }])
    expect(argumentsOf(['--json', 's', word])).toEqual([['s', word], { json: true }])
    expect(argumentsOf(['--index', word, word])).toEqual([[word], { index: word }])
  },
)

test.each(['-x', '--five', '-inf'])('%s is an option that there is not', (word) => {
  expect(() => argumentsOf(['s', word])).toThrow(`unknown option '${word}'`)
  expect(argumentsOf(['s', '--', word])).toEqual([['s', word], {}])
})
