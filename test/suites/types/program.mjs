/** The table of one runtime: `program.mjs ENTRY MEMORY` prints it as a line of JSON. */
import { cloneNatively, compareTypes, storing } from './table.mjs'

// Attributes that are asked of the prototype they lie on answer with promises that nothing waits for.
process.on('unhandledRejection', () => {})

const [entry, memoryEntry] = process.argv.slice(2)
const { createIndexedDB } = await import(entry)
const { memory } = await import(memoryEntry)
const ours = await storing(createIndexedDB({ vfs: memory() }))
const table = await compareTypes({ native: cloneNatively, ours })
console.log(`RESULT ${JSON.stringify(table)}`)
process.exit(0)
