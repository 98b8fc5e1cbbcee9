/**
 * `TextEncoder` and `TextDecoder`. Jest keeps them, though not Node, from the pages it simulates by jsdom: there they are
 * asked for in another way. The build puts these in place of the globals everywhere.
 */
interface Coders {
  readonly TextEncoder: typeof globalThis.TextEncoder
  readonly TextDecoder: typeof globalThis.TextDecoder
}

// Node's have the same members; its types say so in other words.
const util = globalThis.process?.getBuiltinModule?.('node:util') as unknown as Coders | undefined

const { TextEncoder, TextDecoder } = globalThis.TextEncoder ? globalThis : (util ?? globalThis)

export { TextDecoder, TextEncoder }
