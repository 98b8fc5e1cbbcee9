/** The parts of docs/performance.md that the benchmarks write. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A part between two marks, each a line of its own; what writes it is said in the first. */
export interface Section {
  readonly name: string
  readonly command: string
}

const path = 'docs/performance.md'

/** Rewrites the section. @throws Error when the document lacks its marks. */
export function writeSection(
  projectRoot: string,
  { name, command }: Section,
  paragraphs: readonly string[],
): void {
  const firstLine = `<!-- ${name}: written by \`${command}\` -->`
  const lastLine = `<!-- /${name} -->`
  const file = join(projectRoot, path)
  const text = readFileSync(file, 'utf8')
  const start = text.indexOf(firstLine)
  const end = text.indexOf(lastLine)
  if (start < 0 || end < start)
    throw new Error(`${path} lacks the lines ${firstLine} … ${lastLine}`)
  const written = [text.slice(0, start) + firstLine, ...paragraphs, text.slice(end)]
  writeFileSync(file, written.join('\n\n'))
}

/** A table laid out as prettier does. */
export function markdownTable(lines: readonly (readonly string[])[]): string {
  const [header = [], ...rest] = lines
  const widths = header.map((_, column) =>
    Math.max(3, ...lines.map((cells) => (cells[column] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(header), rule, ...rest.map(line)].join('\n')
}
