/** Having a server give up the statement that a connection is at. */
import type { PgClient } from './pg-driver.ts'

/** For how long it may take to say so. */
const timeoutMs = 5_000

/**
 * Says it over `client`, which is not connected and is of no use afterwards, as the protocol wants it. Resolves once the server has closed
 * that: then nothing that comes after the statement is meant. Where it cannot be said the statement goes on. Never rejects.
 *
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export function cancelStatement(
  client: PgClient,
  { processID, secretKey }: PgClient,
): Promise<void> {
  const { connection, host, port } = client
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      connection.stream.destroy()
      resolve()
    }
    const timer = setTimeout(end, timeoutMs)
    const cancel = (): void => connection.cancel(processID, secretKey)
    connection.on('connect', () => (connection.ssl ? connection.requestSsl() : cancel()))
    connection.on('sslconnect', cancel)
    connection.on('error', end)
    connection.on('end', end)
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`)
    else connection.connect(port, host)
  })
}
