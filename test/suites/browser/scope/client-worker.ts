/** A worker that is given a port to an owner, and keeps a transaction on its databases open. */
import type * as Package from '../../../../src/index.ts'

const entryPoint = new URL('/dist/index-browser.js', location.origin).href
const { createIndexedDB } = (await import(entryPoint)) as typeof Package

addEventListener('message', ({ ports: [port] }: MessageEvent) => {
  const request = createIndexedDB({ port }).open('a', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('s')
  request.onsuccess = () => {
    const store = request.result.transaction('s', 'readwrite').objectStore('s')
    const put = (): void => {
      store.put('never committed', 'k').onsuccess = put
    }
    store.put('never committed', 'k').onsuccess = () => {
      postMessage('holds a transaction')
      put()
    }
  }
})
postMessage('ready')
