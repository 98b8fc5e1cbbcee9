/** Schemas on a server for tests. */
import { createIndexedDB } from '../../src/index.ts'
import { installPostgres, postgres, type PostgresOptions } from '../../src/remote/entry.ts'

let count = 0

/** A schema with new tables, which is there until its server stops. */
export async function newSchema(connectionString: string): Promise<string> {
  const schema = `test ${process.pid} ${++count}`
  await installPostgres({ connectionString, schema })
  return schema
}

/** A factory on a schema. */
export function remoteFactory(
  options: PostgresOptions,
  onWarning: (warning: Error) => void = failLoudly,
): IDBFactory {
  return createIndexedDB({ host: postgres(options), onWarning })
}

function failLoudly(warning: Error): never {
  throw warning
}
