/** The table of a browser, which has a database of its own to compare with. */
import { compareTypes, storing } from './table.mjs'

globalThis.compareInPage = async ({ entry, memoryEntry }) => {
  const { createIndexedDB } = await import(entry)
  const { memory } = await import(memoryEntry)
  const [native, ours] = [
    await storing(indexedDB),
    await storing(createIndexedDB({ vfs: memory() })),
  ]
  return JSON.stringify(await compareTypes({ native, ours }))
}
