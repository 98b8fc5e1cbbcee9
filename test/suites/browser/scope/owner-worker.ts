/** A worker that owns directories, and serves each port that it is sent; the path may come along. */
import type * as Package from '../../../../src/index.ts'

const entryPoint = new URL('/dist/index-browser.js', location.origin).href
const { createIndexedDB, serve } = (await import(entryPoint)) as typeof Package
const factories = new Map<string, IDBFactory>()

function factoryAt(path: string): IDBFactory {
  const factory = factories.get(path) ?? createIndexedDB({ path })
  factories.set(path, factory)
  return factory
}

addEventListener('message', ({ data, ports }: MessageEvent<string | null>) => {
  for (const port of ports) serve(port, factoryAt(data ?? 'owned'))
})
postMessage('ready')
