/** A moment's work on a server, over a connection of its own. */
import { exceptionOf } from '../../errors.ts'
import { briefReaching, checkServerOptions, serverSettings } from '../options.ts'
import { remoteFailure } from '../server-failures.ts'
import type { ServerOptions } from '../server-options.ts'
import { Connector } from '../wire/connect.ts'
import type { Wire } from '../wire/wire.ts'

/**
 * Has `work` done with a connection to the server of the options, of which those with these names are accepted.
 *
 * @throws TypeError for an option that is not accepted, UnknownError where the server cannot be reached or refuses
 */
export async function overServer<Result>(
  options: ServerOptions,
  optionNames: readonly string[],
  work: (wire: Wire, schema: string) => Promise<Result>,
): Promise<Result> {
  checkServerOptions(options, optionNames)
  const settings = serverSettings(options)
  const { schema } = settings
  const wire = await new Connector(briefReaching(settings)).connect()
  try {
    return await work(wire, schema)
  } catch (error) {
    throw exceptionOf(remoteFailure(error, { schema }))
  } finally {
    await wire.end()
  }
}
