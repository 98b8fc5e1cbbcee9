import { styleText } from 'node:util'

/** What a text is painted as. */
type Style = 'bold' | 'dim' | 'red' | 'green' | 'cyan' | 'yellow'

/** Whether the stream is a terminal that shows colours; `NO_COLOR` and `FORCE_COLOR` are heard on one. */
function showsColors(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.hasColors()
}

/** The text in that style where it goes to a terminal with colours, else as it is. */
export function paint(
  style: Style,
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  return showsColors(stream) ? styleText(style, text, { validateStream: false }) : text
}
