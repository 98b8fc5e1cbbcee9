/** What a terminal can show: how wide it is, and text that keeps within it. */

/** Whether what was written can be written over; a terminal that calls itself `dumb` only goes on. */
export function movesCursor(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env['TERM'] !== 'dumb'
}

/** How many characters a line has; Infinity where the stream is no terminal. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  return (stream.isTTY && stream.columns) || Infinity
}

/**
 * Prose in lines of whole words, none longer than the terminal, as far as its words allow; below the first, each begins after `indent` spaces,
 * as wide as what stands before the text in its first line. Where it goes to a file, it is one line.
 */
export function inLines(text: string, indent = 0, columns = columnsOf(process.stdout)): string {
  const room = columns - indent
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`)
}
