import { domException } from '../errors.ts'
import { factsOfNames, namesThereAre } from '../explain/nearest-name.ts'
import { withFactory } from './with-factory.ts'
import type { Tools } from './tools.ts'

/** The error for a name that no database has; it tells those there are. Nothing may have the directory's files alone meanwhile. */
export async function noSuchDatabase(
  tools: Tools,
  path: string,
  name: string,
): Promise<DOMException> {
  const databases = await withFactory(tools, path, (factory) => factory.databases())
  const names = databases.map((it) => it.name ?? '').sort()
  const message = `There is no database ${JSON.stringify(name)} in the directory "${path}"`
  const facts = { code: 'ERR_IDB_NO_SUCH_NAME', path, ...factsOfNames(name, names) } as const
  return domException('NotFoundError', message + namesThereAre(name, names), facts)
}
