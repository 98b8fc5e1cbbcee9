/** What tests on a server share: the server itself, and factories that are closed after each test. */
import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { close } from '../../src/index.ts'
import type { PostgresOptions } from '../../src/remote/entry.ts'
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

/** Runs tests on a server of their own, where there can be one. */
export function onServer(title: string, tests: (scene: Scene) => void): void {
  describe.skipIf(whyNoServer() !== null)(title, () => {
    let server: PostgresServer | null = null
    let schema: Promise<string> | null = null
    const factories: IDBFactory[] = []
    const running = (): PostgresServer => {
      if (!server) throw new Error('the server has not started')
      return server
    }
    const connectionString = (): string => running().connectionString
    const schemaOfTest = (): Promise<string> => (schema ??= newSchema(connectionString()))
    beforeAll(async () => void (server = await startPostgres()))
    afterEach(async () => {
      await Promise.all(factories.splice(0).map((factory) => close(factory)))
      schema = null
    })
    afterAll(() => server?.stop())
    tests({
      connectionString,
      server: running,
      schema: schemaOfTest,
      async factory(options = {}, onWarning) {
        const place = { connectionString: connectionString(), schema: await schemaOfTest() }
        const factory = remoteFactory({ ...place, ...options }, onWarning)
        factories.push(factory)
        return factory
      },
    })
  })
}
