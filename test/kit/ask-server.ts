/** Statements of a test's own. */
import { serverSettings } from '../../src/remote/options.ts'
import { Connector } from '../../src/remote/wire/connect.ts'
import type { Row, Value } from '../../src/remote/wire/statement.ts'

/** Asks the server over a connection of its own. */
export async function askServer(
  connectionString: string,
  text: string,
  values: readonly Value[] = [],
): Promise<readonly Row[]> {
  const wire = await new Connector(serverSettings({ connectionString }).reaching).connect()
  try {
    return await wire.ask({ text }, values)
  } finally {
    await wire.end()
  }
}
