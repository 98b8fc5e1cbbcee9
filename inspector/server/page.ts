/** The page and its two scripts. */
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'

const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>idb-everywhere inspector</title>
<link rel="icon" href="data:,">
<script type="module" src="start.js"></script>
<body></body>
</html>
`
const start = `const { startInspectorPage } = await import(new URL('inspector.js', document.baseURI).href)
await startInspectorPage()
`

/** Nothing foreign is loaded, asked, or may show the page in a frame. Styles are constructed by the script. */
const policy = [
  `default-src 'none'`,
  `script-src 'self'`,
  `connect-src 'self'`,
  `img-src data:`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ')

export const safeHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': policy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
}

/** Answers for a file of the page; the name is what follows the secret. */
export function answerFile(name: string, response: ServerResponse): void {
  const [type, text] = fileOf(name)
  if (text === null) return refuse(response, 404)
  response.writeHead(200, { ...safeHeaders, 'Content-Type': `${type}; charset=utf-8` }).end(text)
}

function fileOf(name: string): [type: string, text: string | null] {
  if (name === '') return ['text/html', html]
  if (name === 'start.js') return ['text/javascript', start]
  if (name === 'inspector.js') return ['text/javascript', view()]
  return ['text/plain', null]
}

/** The view, which is beside what is built of this file. */
function view(): string {
  return readFileSync(new URL('./inspector/entry.js', import.meta.url), 'utf8')
}

export function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...safeHeaders, 'Content-Type': 'text/plain' }).end()
}
