/** In a page: the same, and the files as they lie in the origin private file system. */
import { storeEverything } from './everything.mjs'

globalThis.storeInPage = async (entry) => {
  const { close, createIndexedDB } = await import(entry)
  const indexedDB = createIndexedDB({ path: 'format' })
  const expected = await storeEverything(indexedDB)
  await close(indexedDB)
  const root = await navigator.storage.getDirectory()
  const files = {}
  for await (const [name, handle] of (await root.getDirectoryHandle('format')).entries()) {
    files[name] = await base64Of(await handle.getFile())
  }
  return JSON.stringify({ expected, files })
}

function base64Of(file) {
  return new Promise((resolve) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1))
    reader.readAsDataURL(file)
  })
}
