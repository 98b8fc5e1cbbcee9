/** The screen of a terminal as a picture: text in SVG, each character in its place whatever the font. */

/** As the light and the dark pages of the site are: ground, frame, text, and the terminal's colours by their numbers. */
const themes = {
  light: {
    ground: '#ffffff',
    frame: '#d0d7de',
    text: '#24292f',
    dim: '#6e7781',
    colors: { 1: '#cf222e', 2: '#116329', 3: '#9a6700', 6: '#0b7285' },
  },
  dark: {
    ground: '#161b22',
    frame: '#30363d',
    text: '#e6edf3',
    dim: '#8b949e',
    colors: { 1: '#ff7b72', 2: '#7ee787', 3: '#e3b341', 6: '#3bc9db' },
  },
}

/** Pixels of a character, and of the space around all of them. */
const [width, height, margin] = [8, 19, 16]

/** Draws the first `rows` rows. `theme`: `light` or `dark`; `title`: what it shows, for those who do not see it. */
export function drawingOf(screen, { theme, title, rows }) {
  const { ground, frame, ...paints } = themes[theme]
  const [w, h] = [screen.cols * width + 2 * margin, rows * height + 2 * margin]
  const runs = Array.from({ length: rows }, (_, y) => runsOf(screen, y)).flat()
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect x=".5" y=".5" width="${w - 1}" height="${h - 1}" rx="8" fill="${ground}" stroke="${frame}"/>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="13" style="white-space:pre" fill="${paints.text}">`,
    ...runs.map((run) => drawn(run, paints)),
    '</g></svg>',
    '',
  ].join('\n')
}

/** What stands beside each other in one look, without the spaces around it. */
function runsOf(screen, y) {
  const runs = []
  const line = screen.buffer.active.getLine(y)
  for (let x = 0; x < screen.cols; x++) {
    const cell = line.getCell(x)
    const character = cell.getChars() || ' '
    const look = lookOf(cell, character)
    const last = runs.at(-1)
    if (last && last.look === look) last.text += character
    else runs.push({ text: character, look, x, y })
  }
  // Of several spaces, a picture would show one.
  return runs.flatMap(({ text, x: left, ...run }) =>
    [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: part, index }) => ({
      ...run,
      x: left + index,
      text: part,
    })),
  )
}

const bars = { '█': 1, '░': 0.2 }

/** The number of a colour or nothing, and marks. */
function lookOf(cell, character) {
  const color = cell.isFgPalette() ? cell.getFgColor() : ''
  return `${color}${cell.isBold() ? 'b' : ''}${cell.isDim() ? 'd' : ''}${bars[character] ? character : ''}`
}

function drawn({ text, look, x, y }, { text: plain, dim, colors }) {
  const [left, top, length] = [margin + x * width, margin + y * height, text.length * width]
  const fill = colors[Number.parseInt(look, 10)] ?? (look.includes('d') ? dim : plain)
  const opacity = bars[text[0]]
  if (opacity) {
    return `<rect x="${left}" y="${top + 3}" width="${length}" height="${height - 5}" fill="${fill}" opacity="${opacity}"/>`
  }
  const painted = `${fill === plain ? '' : ` fill="${fill}"`}${look.includes('b') ? ' font-weight="bold"' : ''}`
  return `<text x="${left}" y="${top + 14}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${painted}>${escaped(text)}</text>`
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
