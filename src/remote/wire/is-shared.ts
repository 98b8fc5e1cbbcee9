/** Finding out how a pooler between us and a server gives its connections out. */
import { serverProcess } from '../sql/meta.ts'
import { beginStrict, commit } from '../sql/transaction-statements.ts'
import { textIn } from './statement.ts'
import type { Wire } from './wire.ts'

/** How often it is tried: others that use the pooler may be in the way. */
const attempts = 3

/**
 * Whether what is behind a connection changes between its transactions: then nothing that is told to the server outlasts one, neither a
 * prepared statement nor `LISTEN`. While another connection has a transaction open, this one is given something else.
 *
 * @throws StatementError, and what `another` throws
 */
export async function isShared(wire: Wire, another: () => Promise<Wire>): Promise<boolean> {
  const other = await another()
  // Who waits for the one waits for the other.
  wire.onLoss(() => other.cutOff())
  try {
    for (let i = 0; i < attempts; i++) {
      const first = await processBehind(wire)
      await other.ask(beginStrict)
      const taken = await processBehind(other)
      const second = await processBehind(wire)
      await other.ask(commit)
      if (taken === first || second !== first) return true
    }
    return false
  } finally {
    other.cutOff()
  }
}

async function processBehind(wire: Wire): Promise<string> {
  const [row] = await wire.ask(serverProcess)
  if (!row) throw new Error('unreachable: a server has no process')
  return textIn(row, 0)
}
