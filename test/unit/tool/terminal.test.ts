import { CommanderError } from 'commander'
import { expect, test, vi } from 'vitest'
import { exitCodes } from '../../../tool/terminal/exit-codes.ts'
import {
  Failure,
  failureText,
  Interrupted,
  reportFailure,
  WrongUse,
  withoutPasswords,
} from '../../../tool/terminal/failures.ts'
import { orInterrupted } from '../../../tool/terminal/interruption.ts'
import { OutputClosed, OutputFailed } from '../../../tool/terminal/output.ts'
import { progressLine } from '../../../tool/terminal/progress.ts'
import { jsonText, plainPieces, plainText } from '../../../tool/terminal/plain-text.ts'
import { countOf, formatBytes, formatTable } from '../../../tool/terminal/table.ts'
import { inLines } from '../../../tool/terminal/width.ts'

test('A failure is one line, with the names it can be looked up by', () => {
  expect(failureText(new Failure('It is\n  not there', 'ENOENT'))).toBe('It is not there (ENOENT)')
  expect(failureText(new Error('a \u001b[31m b'))).toBe('a \\u001b[31m b')
  expect(failureText('thrown text')).toBe('thrown text')
  const error = new DOMException('Not there', 'NotFoundError')
  Object.defineProperty(error, 'cause', { value: { code: 'ERR_IDB_NO_SUCH_NAME' } })
  expect(failureText(error)).toBe('Not there (NotFoundError, ERR_IDB_NO_SUCH_NAME)')
})

test('Each kind of failure has its exit code, and those that are none print nothing', () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const codes = [
    new Failure('not there', 'ENOENT'),
    new WrongUse('add --write'),
    new Interrupted('Interrupted', 'SIGINT'),
    new Interrupted('Interrupted', 'SIGTERM'),
    new Interrupted('Interrupted', 'SIGHUP'),
    new OutputClosed(),
    new OutputFailed({ name: 'Error', code: 'ENOSPC', message: 'no space left on device' }),
    new CommanderError(0, 'commander.help', ''),
    new CommanderError(1, 'commander.unknownOption', ''),
  ].map(reportFailure)
  const { failed, usedWrongly, done, outputFailed } = exitCodes
  const expected = [failed, usedWrongly, 130, 143, 129, done, outputFailed, done, usedWrongly]
  expect(codes).toEqual(expected)
  expect(printed).toHaveBeenCalledTimes(5)
  printed.mockRestore()
})

test('What an interruption makes fail is told as the interruption', async () => {
  const controller = new AbortController()
  const failed = (): Promise<never> => Promise.reject(new Error('The transaction was aborted'))
  await expect(orInterrupted(controller.signal, failed())).rejects.toThrow('transaction was')
  controller.abort(new Interrupted('Interrupted; nothing was imported', 'SIGINT'))
  await expect(orInterrupted(controller.signal, failed())).rejects.toThrow(Interrupted)
  expect(await orInterrupted(controller.signal, Promise.resolve(5))).toBe(5)
})

test('JSON whose strings a terminal would obey is JSON of the same value', () => {
  const value = { 'a\u009b': '\u001b[2J \u202e \u2028 ü 🔑 \ud800' }
  for (const indent of [0, 2]) {
    const text = jsonText(value, indent)
    expect(JSON.parse(text)).toEqual(value)
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028]/u)
  }
  expect(plainText('one\ttwo')).toBe('one\\u0009two')
})

test('A table is as wide as what is in it, numbers at the right, nothing at the ends of lines', () => {
  expect(
    formatTable(
      ['name', 'count', ''],
      [
        ['a', 1, 'x'],
        ['longer', 12_345, undefined],
      ],
    ),
  ).toBe('name     count\na            1  x\nlonger  12,345')
})

test('A table is no wider than its terminal: the widest columns lose the ends of what is in them', () => {
  const rows = [['x'.repeat(60), 'y'.repeat(20), 1_234]]
  expect(formatTable(['file', 'name', 'size'], rows, 60)).toBe(
    [
      'file                             name                   size',
      `${'x'.repeat(30)}…  ${'y'.repeat(20)}  1,234`,
    ].join('\n'),
  )
  expect(formatTable(['file', 'name', 'size'], rows, 87)).toContain(' '.repeat(2) + 'y'.repeat(20))
  expect(formatTable(['file', 'name', 'size'], rows, 10)).toContain('…  yyyyyyyyyyy…  1,234')
})

test('Prose is broken between words, and goes on below its beginning', () => {
  expect(inLines('one two three', 2, 9)).toBe('one two\n  three')
  expect(inLines('incomprehensible words', 0, 8)).toBe('incomprehensible\nwords')
  expect(inLines('one two three')).toBe('one two three')
})

test('A long name is cut in a table, and pushes no column away', () => {
  const [head, row] = formatTable(['name', 'count'], [['n'.repeat(300), 1]]).split('\n')
  expect(row).toBe(`${'n'.repeat(79)}…      1`)
  expect(head).toHaveLength(87)
})

test('Counts and sizes read as people write them', () => {
  expect([0, 1, 1234].map((it) => countOf(it, 'record'))).toEqual([
    '0 records',
    '1 record',
    '1,234 records',
  ])
  expect([0, 1, 999, 1000, 1_500_000, 2e15].map(formatBytes)).toEqual([
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1 kB',
    '1.5 MB',
    '2,000 TB',
  ])
})

test('JSON Lines for a terminal have escapes for what it would obey, wherever they are cut, and stay the same', async () => {
  const value = '\u009b31m \u007f \u202e \u2066 \u2028 \ufeff é 😀'
  const text = `${JSON.stringify(value)}\n${JSON.stringify({ [value]: 1 })}\n`
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const byte of new TextEncoder().encode(text)) yield Uint8Array.of(byte)
  }
  let shown = ''
  for await (const piece of plainPieces(bytes())) shown += piece
  const [first = '', second = '', rest] = shown.split('\n')
  expect(first).toBe('"\\u009b31m \\u007f \\u202e \\u2066 \\u2028 \ufeff é 😀"')
  expect([JSON.parse(first), JSON.parse(second), rest]).toEqual([value, { [value]: 1 }, ''])
})

test('The rate of a bar leaves out what was done before it began', () => {
  vi.useFakeTimers({ now: 30_000, toFake: ['Date'] })
  const about = { title: 'read', unit: 'records', doneBefore: 900_000 }
  const params = { value: 900_100, total: 1_000_000, startTime: 20_000, progress: 0.9001, eta: 9 }
  const bars = { barCompleteString: '#'.repeat(24), barIncompleteString: '', barGlue: '' }
  const text = progressLine(about, [bars as object, params as never])
  vi.useRealTimers()
  expect(text).toMatch(/ 90 % {2} *900,100 of 1,000,000 records {2} *10\/s {2}9 s left$/)
})

test.each([
  [
    'no database "postgres://ann:pa/ss:word@host/library"',
    'no database "postgres://…@host/library"',
  ],
  ["unknown command 'postgresql:/ann:word@host'", "unknown command 'postgresql:/…@host'"],
  [
    'unknown option "--dsn=host=db password=word user=ann"',
    'unknown option "--dsn=host=db password=… user=ann"',
  ],
  [
    'give a URL such as postgres://user@host:5432/database',
    'give a URL such as postgres://user@host:5432/database',
  ],
])('%s is printed without a password', (text, shown) => {
  expect(withoutPasswords(text)).toBe(shown)
})
