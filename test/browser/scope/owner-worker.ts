/** A worker that owns a directory, and serves each port that it is sent. */
import type * as Package from '../../../src/index-browser.ts'

const entryPoint = new URL('/dist/index-browser.js', location.origin).href
const { createIndexedDB, serve } = (await import(entryPoint)) as typeof Package
const factory = createIndexedDB({ path: 'owned' })

addEventListener('message', ({ ports }: MessageEvent) => {
  for (const port of ports) serve(port, factory)
})
postMessage('ready')
