/** What tests on a server share: the server itself, and factories that are closed after each test. */
import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { close } from '../../src/index.ts'
import type { PostgresOptions } from '../../src/remote/entry.ts'
import { type Pgbouncer, startPgbouncer } from './pgbouncer.ts'
import { newSchema, remoteFactory } from './postgres-schema.ts'
import { type PostgresServer, startPostgres, whyNoServer } from './postgres-server.ts'

/** What a test has. */
export interface Scene {
  /** Of the server's superuser. */
  readonly connectionString: () => string
  readonly server: () => PostgresServer
  /** The schema of the test. */
  readonly schema: () => Promise<string>
  /** Another process, as the server sees it. */
  readonly factory: (
    options?: Partial<PostgresOptions>,
    onWarning?: (warning: Error) => void,
  ) => Promise<IDBFactory>
}

/** Whether factories go through pgbouncer: the suite `remote` runs the tests once more so. */
const isPooled = process.env['IDB_TEST_PGBOUNCER'] === 'transaction'

/** Runs tests on a server of their own, where there can be one. */
export function onServer(title: string, tests: (scene: Scene) => void): void {
  describe.skipIf(whyNoServer() !== null)(title, () => {
    let server: PostgresServer | null = null
    let pooler: Pgbouncer | null = null
    let schema: Promise<string> | null = null
    const factories: IDBFactory[] = []
    const running = (): PostgresServer => {
      if (!server) throw new Error('the server has not started')
      return server
    }
    const connectionString = (): string => running().connectionString
    const schemaOfTest = (): Promise<string> => (schema ??= newSchema(connectionString()))
    /** How a factory reaches the server, if a test does not say. */
    const way = (): Pick<PostgresOptions, 'connectionString' | 'directConnectionString'> => {
      const direct = connectionString()
      if (!pooler) return { connectionString: direct }
      return { connectionString: pooler.connectionString, directConnectionString: direct }
    }
    beforeAll(async () => {
      server = await startPostgres()
      if (isPooled) pooler = await startPgbouncer(connectionString(), { mode: 'transaction' })
    })
    afterEach(async () => {
      await Promise.all(factories.splice(0).map((factory) => close(factory)))
      schema = null
    })
    afterAll(async () => {
      await pooler?.stop()
      await server?.stop()
    })
    tests({
      connectionString,
      server: running,
      schema: schemaOfTest,
      async factory(options = {}, onWarning) {
        const { connectionString: given } = options
        const place = given === undefined ? way() : { connectionString: given }
        const all = { ...place, schema: await schemaOfTest(), ...options }
        const factory = remoteFactory(all, onWarning)
        factories.push(factory)
        return factory
      },
    })
  })
}
